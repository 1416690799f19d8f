use super::holds;

#[test]
fn encodings() {
    holds(
        r#"
base64encode("Hello World") => "SGVsbG8gV29ybGQ="
base64decode("SGVsbG8gV29ybGQ=") => "Hello World"
base64decode("SGVsbG8gV29ybGQ") !! `base64decode`: the text is not base64
base64decode("//4=") !! `base64decode`: the decoded bytes are not UTF-8 text
csvdecode("a,b,c\n1,2,3\n4,5,6") => [{ a = "1", b = "2", c = "3" }, { a = "4", b = "5", c = "6" }]
csvdecode("a,b\r\n\"x, y\",\"say \"\"hi\"\"\"\r\n") => [{ a = "x, y", b = "say \"hi\"" }]
csvdecode("a,b\n1,\n") => [{ a = "1", b = "" }]
csvdecode("a\n\nb\n") => [{ a = "b" }]
csvdecode("a,b\n1") !! `csvdecode`: row 2 has 1 fields, and the first line has 2
csvdecode("a,a\n1,2") !! `csvdecode`: there are two columns `a`
csvdecode("") !! `csvdecode`: the first line must name the columns
csvdecode("a\n\"b") !! `csvdecode`: a quoted field has no end
csvdecode("a\nb\"c") !! `csvdecode`: a quote inside of a field needs quotes around the field
jsondecode("{\"hello\": \"world\"}") => { hello = "world" }
jsondecode("true") => true
jsondecode("[1, 2.50, null]") => [1, 2.5, null]
jsondecode("{") !! `jsondecode`: the text is not JSON: EOF while parsing an object at line 1 column 1
jsonencode({ hello = "world", a = [1, 2.5, null] }) => "{\"a\":[1,2.5,null],\"hello\":\"world\"}"
jsonencode("<a & b>") => "\"\\u003ca \\u0026 b\\u003e\""
urlencode("Hello World!") => "Hello+World%21"
urlencode("☃") => "%E2%98%83"
urlencode("foo:bar@localhost?foo=bar&bar=baz") => "foo%3Abar%40localhost%3Ffoo%3Dbar%26bar%3Dbaz"
urlencode("a-b_c.d~e") => "a-b_c.d~e"
urldecode("Hello+World%21") => "Hello World!"
urldecode("%2") !! `urldecode`: a `%` must have two hexadecimal digits after it
"#,
    );
}

#[test]
fn hashes() {
    holds(
        r#"
md5("hello world") => "5eb63bbbe01eeed093cb22bb8f5acdc3"
sha1("hello world") => "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed"
sha256("hello world") => "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
base64sha256("hello world") => "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="
base64sha512("hello world") => "MJ7MSJwS1utMxA9QyQLytNDtd+5RGnx6m808qG1M2G+YndNbxf9JlnDaNCVbRbDP2DDoH2Bdz33FVC6TrpzXbw=="
sha512("hello world") => "309ecc489c12d6eb4cc40f50c902f2b4d0ed77ee511a7c7a9bcd3ca86d4cd86f989dd35bc5ff499670da34255b45b0cfd830e81f605dcf7dc5542e93ae9cd76f"
uuidv5("dns", "www.terraform.io") => "a5008fae-b28c-5ba5-96cd-82b4c53552d6"
uuidv5("url", "https://www.terraform.io/") => "9db6f67c-dd95-5ea0-aa5b-e70e5c5f7cf5"
uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.terraform.io") => "a5008fae-b28c-5ba5-96cd-82b4c53552d6"
uuidv5("nope", "x") !! `uuidv5`: `nope` is not a namespace: expected `dns`, `url`, `oid`, `x500` or a UUID
"#,
    );
}

#[test]
fn files() {
    holds(
        r#"
basename("foo/bar/baz.txt") => "baz.txt"
basename("/foo/") => "foo"
basename("/") => "/"
basename("") => "."
dirname("foo/bar/baz.txt") => "foo/bar"
dirname("baz.txt") => "."
dirname("/baz.txt") => "/"
dirname("/") => "/"
dirname("a/./b/../c") => "a"
file("hello.txt") => "Hello World"
file("./hello.txt") => "Hello World"
file("/etc/absolute") => "abs"
file("missing.txt") !! `file`: there is no file `conf/missing.txt`
file("binary") !! `file`: the file is not UTF-8 text; read it with `filebase64`
file("other.txt") !! the file `conf/other.txt` has not been read
fileexists("hello.txt") => true
fileexists("missing.txt") => false
filebase64("hello.txt") => "SGVsbG8gV29ybGQ="
filebase64("binary") => "//4="
filemd5("hello.txt") => md5("Hello World")
filesha1("hello.txt") => sha1("Hello World")
filesha256("hello.txt") => sha256("Hello World")
filesha512("hello.txt") => sha512("Hello World")
filebase64sha256("hello.txt") => base64sha256("Hello World")
filebase64sha512("hello.txt") => base64sha512("Hello World")
"#,
    );
}

#[test]
fn networks() {
    holds(
        r#"
cidrhost("10.12.112.0/20", 16) => "10.12.112.16"
cidrhost("10.12.127.0/20", 268) => "10.12.113.12"
cidrhost("10.12.127.0/20", -2) => "10.12.127.254"
cidrhost("fd00:fd12:3456:7890:00a2::/72", 34) => "fd00:fd12:3456:7890::22"
cidrhost("10.0.0.0/30", 4) !! `cidrhost`: `10.0.0.0/30` has no address with the number 4
cidrhost("10.0.0.0/30", -5) !! `cidrhost`: `10.0.0.0/30` has no address with the number -5
cidrhost("10.0.0.0/33", 1) !! `cidrhost`: `10.0.0.0/33` is not a network: expected one such as "10.0.0.0/16" or "fd00::/48"
cidrnetmask("172.16.0.0/12") => "255.240.0.0"
cidrnetmask("0.0.0.0/0") => "0.0.0.0"
cidrnetmask("fd00::/48") !! `cidrnetmask`: an IPv6 network has no mask that is written as an address
cidrsubnet("172.16.0.0/12", 4, 2) => "172.18.0.0/16"
cidrsubnet("10.1.2.0/24", 4, 15) => "10.1.2.240/28"
cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162) => "fd00:fd12:3456:7800:a200::/72"
cidrsubnet("10.1.2.0/24", 4, 16) !! `cidrsubnet`: 4 more bits cannot hold the number 16
cidrsubnet("10.1.2.0/24", 9, 0) !! `cidrsubnet`: a prefix of 24 bits cannot be longer by 9, at most 32 in all
cidrsubnets("10.1.0.0/16", 4, 4, 8, 4) => ["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24", "10.1.48.0/20"]
cidrsubnets("fd00:fd12:3456:7890::/56", 16, 16, 16, 32) => ["fd00:fd12:3456:7800::/72", "fd00:fd12:3456:7800:100::/72", "fd00:fd12:3456:7800:200::/72", "fd00:fd12:3456:7800:300::/88"]
cidrsubnets("10.0.0.0/31", 1, 1) => ["10.0.0.0/32", "10.0.0.1/32"]
cidrsubnets("10.0.0.0/31", 1, 1, 1) !! `cidrsubnets`: `10.0.0.0/31` has no room for part 3
"#,
    );
}
