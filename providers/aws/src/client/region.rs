//! The names of AWS's regions, for those who mistype one.

/// Every region of every partition (botocore 1.43.11, `endpoints.json`). A region that is not here may be a new one:
/// nothing is refused for it.
const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];
/// The most letters that a slip changes.
const SLIP: usize = 3;

/// Returns whether a name can be that of a region: words and a number, with hyphens between them.
pub(crate) fn has_form(name: &str) -> bool {
    let words: Vec<&str> = name.split('-').collect();
    let Some((number, words)) = words.split_last() else {
        return false;
    };
    let lower = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    words.len() >= 2
        && words.iter().all(lower)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a region of this name is known.
pub(crate) fn is_known(name: &str) -> bool {
    REGIONS.contains(&name)
}

/// Returns the region that was meant, if one is near.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    REGIONS
        .iter()
        .map(|region| (distance(&name, region), *region))
        .filter(|(distance, _)| *distance <= SLIP)
        .min()
        .map(|(_, region)| region)
}

/// Returns the region that a host of AWS names, known or not.
pub(crate) fn of_host(host: &str) -> Option<&str> {
    host.contains("amazonaws")
        .then(|| host.split('.').find(|part| has_form(part)))
        .flatten()
}

/// Returns how many letters must be put in, taken out or exchanged (Wagner and Fischer, 1974).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.bytes().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(x != y))
                .min(above + 1)
                .min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_region_that_was_meant() {
        assert_eq!(nearest("eu-wset-1"), Some("eu-west-1"));
        assert_eq!(nearest("us-est-2"), Some("us-east-2"));
        assert_eq!(nearest("EU-WEST-1"), Some("eu-west-1"));
        assert_eq!(nearest("euwest1"), Some("eu-west-1"));
        assert_eq!(nearest("fra1-do-spaces"), None);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn every_known_region_has_the_form_of_one() {
        for region in REGIONS {
            assert!(has_form(region), "{region}");
            assert_eq!(nearest(region), Some(*region));
        }
        for other in ["", "eu-west", "eu west 1", "eu-west-", "-1", "EU-WEST-1"] {
            assert!(!has_form(other), "{other}");
        }
    }

    #[test]
    fn a_host_of_aws_names_its_region() {
        assert_eq!(of_host("sts.eu-wset-1.amazonaws.com"), Some("eu-wset-1"));
        assert_eq!(of_host("127.0.0.1:5000"), None);
        assert_eq!(of_host("store.us-west-1.example.org"), None);
    }
}
