//! Cases by hand; each result but those marked is what `terraform fmt` 1.11 makes of the text.

use super::format;

fn becomes(before: &str, after: &str) {
    let once = format(before).unwrap();
    assert_eq!(once, after, "\n--- is\n{once}--- should be\n{after}");
    assert_eq!(format(&once).unwrap(), once, "twice");
}

#[test]
fn equal_signs_align_over_lines_that_follow_each_other() {
    becomes(
        "a=1\nlonger   = 2\n\nbb = 3\nc=[\n1\n]\nddd= 4\n# comment\ne = 5\n",
        "a      = 1\nlonger = 2\n\nbb = 3\nc = [\n  1\n]\nddd = 4\n# comment\ne = 5\n",
    );
    becomes("größe = 1\nb = 2\n", "größe = 1\nb     = 2\n");
}

#[test]
fn comments_align_over_lines_that_follow_each_other() {
    becomes(
        "a=1 # x\nbbbb=2 // y\n# own line\ncc = 3 # z\nd = 4 /* w */\n",
        "a    = 1 # x\nbbbb = 2 // y\n# own line\ncc = 3 # z\nd  = 4 /* w */\n",
    );
    becomes(
        "x = [\n1,\n2, # two\n333, # three\n]\n",
        "x = [\n  1,\n  2,   # two\n  333, # three\n]\n",
    );
    becomes(
        "x = [ # c\n1, # d\n]  # e\n",
        "x = [ # c\n  1,  # d\n]     # e\n",
    );
    becomes("a = 1 /* c */ # d\n", "a = 1 /* c */ # d\n");
}

#[test]
fn comments_stay_as_they_are() {
    becomes(
        "/* a\n   b */\n//c\n#d  \na = /* e */ 1\n/* f */ b = 2\n",
        "/* a\n   b */\n//c\n#d  \na         = /* e */ 1\n/* f */ b = 2\n",
    );
}

#[test]
fn brackets_indent() {
    becomes(
        "locals {\n\ta = {\nb = [\n1,\n[2,\n3]]\n}\n  }\n",
        "locals {\n  a = {\n    b = [\n      1,\n      [2,\n    3]]\n  }\n}\n",
    );
    becomes(
        "a = foo(\n1,\n{\nb=1\nccc=2\n})\n",
        "a = foo(\n  1,\n  {\n    b   = 1\n    ccc = 2\n})\n",
    );
    becomes(
        "x = [{\na = 1\n}, {\nb = 2\n}]\n",
        "x = [{\n  a = 1\n  }, {\n  b = 2\n}]\n",
    );
}

#[test]
fn spaces_go_round_operators_and_not_inside_of_brackets() {
    becomes("a=(1+2)*3%4\n", "a = (1 + 2) * 3 % 4\n");
    becomes("a=b&&c||!d\n", "a = b && c || !d\n");
    becomes("a = b? c:d\n", "a = b ? c : d\n");
    becomes("a = - 1 - -2\n", "a = -1 - -2\n");
    becomes("a = b -1\n", "a = b - 1\n");
    becomes("a = b==c\n", "a = b == c\n");
    becomes("a = x [0] [1] . b\n", "a = x[0][1].b\n");
    becomes("a = x [*] . y\n", "a = x[*].y\n");
    becomes("a = f (x ,[ 1,2 ] ...)\n", "a = f(x, [1, 2]...)\n");
    becomes("a = {b:1,\"c\"=2}\n", "a = { b : 1, \"c\" = 2 }\n");
    becomes("a = { }\n", "a = {}\n");
    becomes(
        "a = {for k,v in m: k=>v...}\n",
        "a = { for k, v in m : k => v... }\n",
    );
    becomes(
        "a = [for x in[1]:x if x>1]\n",
        "a = [for x in [1] : x if x > 1]\n",
    );
}

/// Terraform writes `in(b)` and `${- 1}`.
#[test]
fn keywords_and_signs_in_templates_are_not_mistaken() {
    becomes(
        "a = [for x in(b) : x if(x > 1)]\n",
        "a = [for x in (b) : x if (x > 1)]\n",
    );
    becomes("a = \"${ -1 }x\"\n", "a = \"${-1}x\"\n");
}

#[test]
fn texts_keep_what_is_outside_of_their_templates() {
    becomes("a = \"x ${  f( b ) }  y\"\n", "a = \"x ${f(b)}  y\"\n");
    becomes(
        "a = \"$${ x } %%{ y } \\\"${ z }\\\" \"\n",
        "a = \"$${ x } %%{ y } \\\"${z}\\\" \"\n",
    );
    becomes(
        "a = \"%{ if  b }c%{ else }d%{ endif }\"\n",
        "a = \"%{if b}c%{else}d%{endif}\"\n",
    );
    becomes("a = \"${b}${ {c=1} }\"\n", "a = \"${b}${ { c = 1 } }\"\n");
    becomes("a = \"x${ \"y${ z }\" }\"\n", "a = \"x${\"y${z}\"}\"\n");
}

/// Terraform formats what is interpolated in a heredoc.
#[test]
fn heredocs_stay_as_they_are() {
    becomes(
        "a=<<EOT\n  ${  x  } # no comment\n\n EOTX\nEOT\nbbb=<<-E\n\t\"\n\tE\n",
        "a   = <<EOT\n  ${  x  } # no comment\n\n EOTX\nEOT\nbbb = <<-E\n\t\"\n\tE\n",
    );
    becomes(
        "a = f(<<EOT\n  x = {\nEOT\n,1)\nb=2\n",
        "a = f(<<EOT\n  x = {\nEOT\n, 1)\nb = 2\n",
    );
}

#[test]
fn labels_are_quoted() {
    becomes(
        "target local_directory  photos{\n}\n",
        "target \"local_directory\" \"photos\" {\n}\n",
    );
    becomes("foo \"a\"  b { }\n", "foo \"a\" \"b\" {}\n");
}

#[test]
fn a_text_that_is_only_an_interpolation_is_unwrapped() {
    becomes("a = \"${var.x}\"\n", "a = var.x\n");
    becomes(
        "foo {\na = \"${ f(\"${b}\") }\" # c\n}\n",
        "foo {\n  a = f(\"${b}\") # c\n}\n",
    );
    becomes("foo { a = \"${b}\" }\n", "foo { a = b }\n");
    becomes("a = [\"${b}\"]\n", "a = [\"${b}\"]\n");
    becomes("a = \"${b}\" /* c */\n", "a = b /* c */\n");
    becomes("a = \"${ /* c */ \"${b}\"}\"\n", "a = /* c */ b\n");
    becomes("a = \"${b}${c}\"\n", "a = \"${b}${c}\"\n");
    becomes("a = \"${b} \"\n", "a = \"${b} \"\n");
    becomes("a = \"${\n  b\n}\"\n", "a = b\n");
    becomes("a = \"${[ # c\nb]}\"\n", "a = [ # c\nb]\n");
    becomes("a = \"${b # c\n}\"\n", "a = \"${b # c\n}\"\n");
    becomes("a = \"${b ?\n c : d}\"\n", "a = (b ?\nc : d)\n");
}

#[test]
fn types_of_variables_are_words() {
    becomes(
        "variable x {\ntype = \"string\"\n}\nvariable y {\n  type=list # c\n}\nvariable z {\ntype = \"map\"\n}\n",
        "variable \"x\" {\n  type = string\n}\nvariable \"y\" {\n  type = list(any) # c\n}\nvariable \"z\" {\n  type = map(string)\n}\n",
    );
    becomes(
        "foo {\n  type = \"string\"\n}\n",
        "foo {\n  type = \"string\"\n}\n",
    );
}

#[test]
fn blank_lines_and_line_ends_stay() {
    becomes(
        "\n\n\na = 1\n\n\n  \nb = 2\n\n\n",
        "\n\n\na = 1\n\n\n\nb = 2\n\n\n",
    );
    becomes("a = 1\r\nbb=2 # c\r\n", "a  = 1\r\nbb = 2 # c\r\n");
    becomes("a=1", "a = 1\n");
    becomes("", "");
    becomes("# only", "# only\n");
}

#[test]
fn single_line_blocks_stay() {
    becomes(
        "foo {a=1}\nfoo   {\n}\nfoo{}\n",
        "foo { a = 1 }\nfoo {\n}\nfoo {}\n",
    );
}
