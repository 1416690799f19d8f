//! How a view is shown: colour, width, detail.

/// How a view is shown. The terminal decides it, never the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours are written; off means plain bytes.
    pub color: bool,
    /// Whether `✓` and `─` can be shown; off means ASCII marks.
    pub unicode: bool,
    /// Columns to stay within, where words can be broken.
    pub width: usize,
    /// Whether nothing is hidden or shortened.
    pub verbose: bool,
}

impl Style {
    /// Returns the style of a pipe: no colour, 80 columns, short.
    pub const fn plain() -> Self {
        Self {
            color: false,
            unicode: true,
            width: 80,
            verbose: false,
        }
    }

    /// Returns the mark of a goal that holds or does not.
    pub(crate) const fn mark(self, met: bool) -> &'static str {
        match (self.unicode, met) {
            (true, true) => "✓",
            (true, false) => "✗",
            (false, true) => "ok",
            (false, false) => "NO",
        }
    }

    /// Returns what stands for text that was left out.
    pub(crate) const fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// Returns the horizontal rule of Terraform's plan text, 77 columns.
    pub(crate) fn rule(self) -> String {
        if self.unicode { "─" } else { "-" }.repeat(77)
    }
}

impl Default for Style {
    fn default() -> Self {
        Self::plain()
    }
}
