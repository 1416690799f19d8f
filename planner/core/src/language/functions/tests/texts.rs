use super::holds;

#[test]
fn text_functions() {
    holds(
        r#"
chomp("hello\n") => "hello"
chomp("hello\r\n") => "hello"
chomp("hello\n\n") => "hello"
endswith("hello world", "world") => true
endswith("hello world", "hello") => false
startswith("hello world", "hello") => true
strcontains("hello world", "wor") => true
strcontains("hello world", "wod") => false
indent(2, "[\n  foo,\n  bar,\n]\n") => "[\n    foo,\n    bar,\n  ]\n  "
indent(0, "a\nb") => "a\nb"
indent(5000, "a") !! `indent`: 5000 spaces are too many, at most 4096
join("-", ["foo", "bar", "baz"]) => "foo-bar-baz"
join(", ", ["foo"], ["bar"]) => "foo, bar"
join(", ", []) => ""
join(",", [1, true]) => "1,true"
join(",", [null]) !! argument 2 of `join` must be a list of strings, not a list of something else
lower("АЛЛО!") => "алло!"
upper("hello") => "HELLO"
upper("алло!") => "АЛЛО!"
upper(true) => "TRUE"
split(",", "foo,bar,baz") => ["foo", "bar", "baz"]
split(",", "foo") => ["foo"]
split(",", "") => [""]
split("", "abc") => ["a", "b", "c"]
strrev("hello") => "olleh"
strrev("a ☃") => "☃ a"
strrev("e\u0301x") => "xe\u0301"
substr("hello world", 1, 4) => "ello"
substr("🤔🤷", 0, 1) => "🤔"
substr("hello world", -5, -1) => "world"
substr("hello world", 6, 10) => "world"
substr("hello", 9, 1) => ""
substr("hello", -9, 2) => "he"
substr("hello", 1, 0) => ""
title("hello world") => "Hello World"
title("one-two_three") => "One-Two_three"
trim("?!hello?!", "!?") => "hello"
trim("foobar", "far") => "oob"
trim("   hello! world.!  ", "! ") => "hello! world."
trimprefix("helloworld", "hello") => "world"
trimprefix("helloworld", "cat") => "helloworld"
trimprefix("--hello", "-") => "-hello"
trimspace("  hello\n\n") => "hello"
trimsuffix("helloworld", "world") => "hello"
trimsuffix("hello--", "-") => "hello-"
"#,
    );
}

#[test]
fn patterns() {
    holds(
        r#"
regex("[a-z]+", "53453453.345345aaabbbccc23454") => "aaabbbccc"
regex("(\\d\\d\\d\\d)-(\\d\\d)-(\\d\\d)", "2019-02-01") => ["2019", "02", "01"]
regex("^(?:(?P<scheme>[^:/?#]+):)?(?://(?P<authority>[^/?#]*))?", "https://terraform.io/docs/") => { authority = "terraform.io", scheme = "https" }
regex("(a)|(b)", "b") => [null, "b"]
regex("[a-z]+", "53453453") !! `regex`: the pattern does not match the text
regex("(?P<a>x)(y)", "xy") !! `regex`: the pattern has both named and unnamed groups; give all of them names or none
regex("(", "xy") !! `regex`: `(` is not a pattern: unclosed group
regexall("[a-z]+", "1234abcd5678efgh9") => ["abcd", "efgh"]
regexall("([a-z])([0-9])", "a1b2") => [["a", "1"], ["b", "2"]]
regexall("[a-z]+", "123456789") => []
length(regexall("[a-z]+", "1234abcd5678efgh9")) => 2
replace("1 + 2 + 3", "+", "-") => "1 - 2 - 3"
replace("hello world", "/w.*d/", "everybody") => "hello everybody"
replace("/usr/bin", "/", ":") => ":usr:bin"
replace("ab", "/(?P<x>a)(b)/", "$2-$${x}") => "b-a"
replace("ab", "/(a)(b)/", "$2$1") => "ba"
"#,
    );
}

#[test]
fn formats() {
    holds(
        r#"
format("Hello, %s!", "Ander") => "Hello, Ander!"
format("There are %d lights", 4) => "There are 4 lights"
format("%%") => "%"
format("%v %v %v", "a", 1.5, true) => "a 1.5 true"
format("%v", null) => "null"
format("%v", [1, "a", null]) => "[1,\"a\",null]"
format("%#v", "hello") => "\"hello\""
format("%#v", { a = 1 }) => "{\"a\":1}"
format("%q", "say \"hi\"") => "\"say \\\"hi\\\"\""
format("%t", true) => "true"
format("%b %o %x %X %d", 10, 10, 255, 255, -7) => "1010 12 ff FF -7"
format("%#x %#o", 255, 8) => "0xff 010"
format("%x", -255) => "-ff"
format("%s %d", 12, "13") => "12 13"
format("%5d|%-5d|%05d|%+d|% d", 42, 42, 42, 42, 42) => "   42|42   |00042|+42| 42"
format("%05d", -42) => "-0042"
format("%.3d", 7) => "007"
format("%8s|%-8s|%.2s", "abc", "abc", "abc") => "     abc|abc     |ab"
format("%f", 3.14159265) => "3.141593"
format("%.2f|%8.2f|%08.2f|%-8.1f|", 3.14159, 3.14159, -3.14159, 3.14159) => "3.14|    3.14|-0003.14|3.1     |"
format("%.0f", 2.5) => "2"
format("%e %E", 1234.5678, 0.00012) => "1.234568e+03 1.200000E-04"
format("%.1e", 12345) => "1.2e+04"
format("%g %g %g %g", 1, 0.1, 1000000, 123456) => "1 0.1 1e+06 123456"
format("%g %g %g", 0.00001, 0.0001, 1234567.5) => "1e-05 0.0001 1.2345675e+06"
format("%.3g %.3g", 1234.5, 0.5) => "1.23e+03 0.5"
format("%g", 0) => "0"
format("%[2]s %[1]s", "a", "b") => "b a"
format("%[1]s %[1]s", "a") => "a a"
format("%s") !! `format`: `%s` needs value 1, and 0 are given
format("%s", "a", "b") !! `format`: 2 values are given, and the format uses 1
format("%d", 1.5) !! `format`: `%d` needs a whole number, not a number
format("%d", "x") !! `format`: `%d` needs a number, not a string
format("%s", []) !! `format`: `%s` needs a string, not a list
format("%s", null) !! `format`: `%s` needs a value, not null
format("%z", 1) !! `format`: `%z` is no verb of a format
format("%", 1) !! `format`: the format ends inside of a verb
format("%9999d", 1) !! `format`: 9999 characters of width are too many, at most 4096
formatlist("Hello, %s!", ["Valentina", "Ander"]) => ["Hello, Valentina!", "Hello, Ander!"]
formatlist("%s, %s!", "Salutations", ["Valentina", "Ander"]) => ["Salutations, Valentina!", "Salutations, Ander!"]
formatlist("%s", []) => []
formatlist("%s%s", ["a"], ["b", "c"]) !! `formatlist`: the lists must be of one length, not of 1 and 2
"#,
    );
}
