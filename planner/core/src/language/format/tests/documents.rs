//! Documents made at random: wildly spaced, with comments wherever they may be.

use proptest::prelude::*;

use super::{comments, format, meaning};

/// What may stand between two tokens of a line.
fn gap() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(" ".to_owned()),
        2 => " {2,5}",
        1 => Just("\t".to_owned()),
        1 => Just(" /* gap */ ".to_owned()),
    ]
}

/// As [`gap`], or nothing.
fn slack() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), gap()]
}

/// What may stand between two tokens inside of brackets.
fn wide() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => slack(),
        1 => Just("\n".to_owned()),
        1 => Just(" # wide\n".to_owned()),
        1 => Just("\n\n  // wide\n".to_owned()),
    ]
}

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_]{0,6}(-[a-z])?".prop_filter("a keyword", |name| {
        ![
            "for", "in", "if", "null", "true", "false", "else", "endif", "endfor",
        ]
        .contains(&&**name)
    })
}

fn quoted() -> impl Strategy<Value = String> {
    "\"( |[a-zé]|\\$\\$\\{|#|//|\\\\\"|\\\\n|\\{|\\}){0,6}\""
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "-? ?[0-9]{1,3}(\\.[0-9]{1,2})?",
        Just("true".to_owned()),
        Just("null".to_owned()),
        name(),
        (name(), slack(), name()).prop_map(|(a, s, b)| format!("{a}.{b}{s}")),
        quoted(),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let inner = inner.boxed();
        let two = (inner.clone(), slack(), slack(), inner.clone()).boxed();
        prop_oneof![
            (
                prop::collection::vec((wide(), inner.clone(), wide()), 0..4),
                wide(),
                any::<bool>()
            )
                .prop_map(|(items, end, comma)| sequence("[", &items, &end, comma, "]")),
            (
                name(),
                prop::collection::vec((wide(), inner.clone(), wide()), 0..3),
                wide()
            )
                .prop_map(|(f, items, end)| sequence(
                    &format!("{f}("),
                    &items,
                    &end,
                    false,
                    ")"
                )),
            prop::collection::vec((name(), slack(), slack(), inner.clone(), any::<u8>()), 0..4)
                .prop_map(|entries| object(&entries)),
            (
                two.clone(),
                prop::sample::select(vec!["+", "*", "%", "==", "!=", "<", ">=", "&&", "||", "/"])
            )
                .prop_map(|((a, s, t, b), op)| format!("{a}{s}{op}{t}{b}")),
            two.clone()
                .prop_map(|(a, s, t, b)| format!("{a}{s} -{t}{b}")),
            (two, inner.clone()).prop_map(|((a, s, t, b), c)| format!("{a}{s} ?{t}{b}{s} :{t}{c}")),
            (wide(), inner.clone(), wide()).prop_map(|(s, a, t)| format!("({s}{a}{t})")),
            (slack(), inner.clone()).prop_map(|(s, a)| format!("!{s}({a})")),
            (slack(), inner.clone(), slack()).prop_map(|(s, a, t)| format!("\"${{{s}{a}{t}}}\"")),
            (slack(), inner.clone()).prop_map(|(s, a)| format!("\"x ${{~{s} {a} }} y${{ {a}}}\"")),
            (inner.clone(), inner.clone(), gap())
                .prop_map(|(a, b, s)| format!("[for{s}x{s}in{s}{a}:{s}{b}{s}if{s}true]")),
            (name(), slack(), inner).prop_map(|(a, s, b)| format!("{a}{s}[{s}{b}{s}]")),
        ]
    })
}

fn sequence(
    open: &str,
    items: &[(String, String, String)],
    end: &str,
    comma: bool,
    close: &str,
) -> String {
    let mut text = open.to_owned();
    for (index, (before, item, after)) in items.iter().enumerate() {
        text += &format!("{before}{item}{after}");
        if index + 1 < items.len() || comma {
            text.push(',');
        }
    }
    text + end + close
}

fn object(entries: &[(String, String, String, String, u8)]) -> String {
    let mut text = "{".to_owned();
    for (key, before, after, value, end) in entries {
        let end = ["\n", ",", ",\n", " # entry\n"][usize::from(end % 4)];
        text += &format!(" {key}{before}={after}{value}{end}");
    }
    text + "}"
}

fn statement() -> impl Strategy<Value = String> {
    let line_end = prop_oneof![
        4 => Just("\n".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("   # end\n".to_owned()),
        1 => Just("//end\n".to_owned()),
        1 => Just(" /* end */\n\n\n".to_owned()),
    ];
    let attribute = (slack(), name(), slack(), slack(), expression(), line_end)
        .prop_map(|(a, name, b, c, value, end)| format!("{a}{name}{b}={c}{value}{end}"));
    let heredoc = (name(), "( |[a-z]|#|\"|\n){0,10}")
        .prop_map(|(name, text)| format!("{name}=<<-EOT\n{text}\n ${{  x }}\n  EOT\n"));
    let comment = "[ \t]{0,3}(#|//)[ a-z]{0,5}\n";
    let leaf = prop_oneof![6 => attribute, 1 => heredoc, 1 => comment, 1 => Just("\n".to_owned())];
    leaf.prop_recursive(3, 16, 5, |inner| {
        let label = prop_oneof![quoted_label(), name()];
        (
            name(),
            prop::collection::vec((gap(), label), 0..3),
            slack(),
            prop::collection::vec(inner, 0..5),
        )
            .prop_map(|(name, labels, s, body)| {
                let labels: String = labels
                    .iter()
                    .map(|(gap, label)| gap.clone() + label)
                    .collect();
                format!("{name}{labels}{s}{{\n{}}}\n", body.concat())
            })
    })
}

fn quoted_label() -> impl Strategy<Value = String> {
    "\"[a-z ]{1,5}\""
}

/// Attributes of one body need different names.
fn document() -> impl Strategy<Value = String> {
    prop::collection::vec(statement(), 0..8)
        .prop_map(|statements| statements.concat())
        .prop_filter("does not parse", |text| {
            hcl_edit::parser::parse_body(text).is_ok()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 100_000, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn formatting_twice_is_formatting_once(text in document()) {
        let once = format(&text).unwrap();
        prop_assert_eq!(format(&once).unwrap(), once);
    }

    #[test]
    fn formatting_keeps_the_meaning(text in document()) {
        let formatted = format(&text).unwrap();
        prop_assert!(meaning(&formatted) == meaning(&text), "{formatted}");
    }

    #[test]
    fn formatting_keeps_every_comment(text in document()) {
        // Where a heredoc has a quote in it, the plain scan for comments does not know what is text.
        prop_assume!(!text.contains("<<") && !text.contains("${"));
        prop_assert_eq!(comments(&format(&text).unwrap()), comments(&text));
    }

    #[test]
    fn any_text_is_formatted_or_refused(text in any::<String>()) {
        let _ = format(&text);
    }

    #[test]
    fn nothing_that_looks_like_a_configuration_is_a_fault_of_ours(text in "([a-c]|[0-9]|[{}()\\[\\]\"=,.:?!<>#/*+$~%-]|\\$\\{|<<-?E\n|\nE\n|[ \n\r]){0,24}") {
        if let Err(error) = format(&text) {
            prop_assert!(matches!(error, super::FormatError::Syntax { .. }), "{}", error);
        }
    }
}
