//! The page of a finding, from its Markdown.

use super::Style;
use super::canvas::{Canvas, Line, Tone};

/// Returns a page as text: headings and bold text in their tone, blocks of code indented.
///
/// Pages are written by us: headings, paragraphs, bold words, and fenced blocks, nothing else.
pub fn page_text(page: &str, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    let mut in_code = false;
    for line in page.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            canvas.line(Line::indent(4).tone(Tone::Calm, line));
        } else if line.is_empty() {
            canvas.gap();
        } else if let Some(heading) = line.strip_prefix('#') {
            canvas.say(Tone::Strong, heading.trim_start_matches('#').trim_start());
        } else {
            canvas.line(bold(line));
        }
    }
    canvas.finish()
}

/// Returns a line with what stands between `**` in bold.
fn bold(text: &str) -> Line {
    let parts = text.split("**").enumerate();
    parts.fold(Line::default(), |line, (i, part)| {
        let tone = if i % 2 == 1 {
            Tone::Strong
        } else {
            Tone::Plain
        };
        line.tone(tone, part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{FINDING_CODES, page};

    #[test]
    fn a_page_is_shown_without_its_markup() {
        let page = "# Late\n\n`finding::late`\n\nIt was late.\n\n**Do:** be early.\n\n```hcl found\na = 1\n```\n";
        insta::assert_snapshot!(page_text(page, Style::plain()), @"
        Late

        `finding::late`

        It was late.

        Do: be early.

            a = 1
        ");
    }

    #[test]
    fn every_page_fits_on_a_narrow_terminal_and_leaves_no_markup() {
        for code in FINDING_CODES {
            let text = page_text(page(code).unwrap(), Style::plain());
            assert!(text.contains(&format!("finding::{code}")), "{code}");
            assert!(!text.contains("**") && !text.contains("```"), "{text}");
            let wide = text.lines().find(|line| line.chars().count() > 80);
            assert_eq!(wide, None, "{code}");
        }
    }
}
