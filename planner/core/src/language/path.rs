//! Paths as text: joined and cleaned without looking at any file system.

/// Returns `path` seen from `base`, without `.` and `..`, `/`-separated.
///
/// A `..` at the root stays at the root. Symbolic links are not known here: `a/../b` is `b`.
pub(crate) fn absolute(base: &str, path: &str) -> String {
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{base}/{path}")
    };
    let rooted = whole.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::absolute;

    #[test]
    fn a_relative_path_starts_at_the_configuration() {
        assert_eq!(absolute("/srv/dr", "docs"), "/srv/dr/docs");
        assert_eq!(absolute("/srv/dr", "./a/../docs/"), "/srv/dr/docs");
        assert_eq!(absolute("/srv/dr", "../data//x"), "/srv/data/x");
        assert_eq!(absolute("/srv/dr", "/etc/./hosts"), "/etc/hosts");
        assert_eq!(absolute("/srv", "../../../x"), "/x");
        assert_eq!(absolute("", "/"), "/");
        assert_eq!(absolute(".", ".."), "..");
    }
}
