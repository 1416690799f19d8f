use super::holds;

#[test]
fn list_functions() {
    holds(
        r#"
alltrue(["true", true]) => true
alltrue([true, false]) => false
alltrue([]) => true
alltrue([true, null]) => false
anytrue(["true"]) => true
anytrue([true, false]) => true
anytrue([]) => false
chunklist(["a", "b", "c", "d", "e"], 2) => [["a", "b"], ["c", "d"], ["e"]]
chunklist(["a", "b"], 0) => [["a", "b"]]
chunklist([], 2) => []
coalesce("a", "b") => "a"
coalesce("", "b") => "b"
coalesce(1, 2) => 1
coalesce(1, "hello") => "1"
coalesce(null, "", 7) => "7"
coalesce("", null) !! `coalesce`: all arguments are null or empty
coalescelist(["a", "b"], ["c", "d"]) => ["a", "b"]
coalescelist([], ["c", "d"]) => ["c", "d"]
coalescelist([], null) !! argument 2 of `coalescelist` must be a list, not null
coalescelist([]) !! `coalescelist`: all lists are empty
compact(["a", "", "b", null, "c"]) => ["a", "b", "c"]
concat(["a", ""], ["b", "c"]) => ["a", "", "b", "c"]
contains(["a", "b", "c"], "a") => true
contains(["a", "b", "c"], "d") => false
distinct(["a", "b", "a", "c", "d", "b"]) => ["a", "b", "c", "d"]
distinct([2, 1, 2, [1], [1]]) => [2, 1, [1]]
element(["a", "b", "c"], 1) => "b"
element(["a", "b", "c"], 3) => "a"
element(["a", "b", "c"], -1) => "c"
element([], 0) !! `element`: an empty list has no elements
flatten([["a", "b"], [], ["c"]]) => ["a", "b", "c"]
flatten([[["a", "b"], []], ["c"]]) => ["a", "b", "c"]
index(["a", "b", "c"], "b") => 1
index(["a"], "z") !! `index`: the value is not in the list
length([]) => 0
length({ a = "b" }) => 1
length("hello") => 5
length("👾🕹️") => 2
length(5) !! argument 1 of `length` must be a list, an object or a string, not a number
one([]) => null
one(["a"]) => "a"
one(["a", "b"]) !! `one`: the list must have one element or none, not 2
range(3) => [0, 1, 2]
range(1, 4) => [1, 2, 3]
range(1, 8, 2) => [1, 3, 5, 7]
range(1, 3, 0.5) => [1, 1.5, 2, 2.5]
range(4, 1) => [4, 3, 2]
range(10, 5, -2) => [10, 8, 6]
range(0) => []
range(1, 5, 0) !! `range`: the step must not be 0
range(1, 5, -1) !! `range`: the step leads away from the limit
range(1025) !! `range`: 1025 numbers are too many, at most 1024
reverse([1, 2, 3]) => [3, 2, 1]
slice(["a", "b", "c", "d"], 1, 3) => ["b", "c"]
slice(["a"], 1, 1) => []
slice(["a"], 0, 2) !! `slice`: there is no part from 0 to 2 of a list of 1 elements
slice(["a"], 1, 0) !! `slice`: there is no part from 1 to 0 of a list of 1 elements
sort(["e", "d", "a", "x"]) => ["a", "d", "e", "x"]
sort([10, 9]) => ["10", "9"]
sum([10, 13, 6, 4.5]) => 33.5
sum([]) !! `sum`: an empty list has no sum
sum(["a"]) !! argument 1 of `sum` must be a list of numbers, not a list of something else
"#,
    );
}

#[test]
fn map_functions() {
    holds(
        r#"
keys({ a = 1, c = 2, d = 3 }) => ["a", "c", "d"]
values({ d = 3, a = 1, c = 2 }) => [1, 2, 3]
lookup({ a = "ay", b = "bee" }, "a", "what?") => "ay"
lookup({ a = "ay", b = "bee" }, "c", "what?") => "what?"
lookup({ a = "ay" }, "c") !! `lookup`: the object has no key `c`
matchkeys(["i-123", "i-abc", "i-def"], ["us-west", "us-east", "us-east"], ["us-east"]) => ["i-abc", "i-def"]
matchkeys(["a"], [], []) !! `matchkeys`: the values and the keys must be equally many
merge({ a = "b", c = "d" }, { e = "f", c = "z" }) => { a = "b", c = "z", e = "f" }
merge({ a = 1 }, null) => { a = 1 }
merge() => {}
transpose({ a = ["1", "2"], b = ["2", "3"] }) => { "1" = ["a"], "2" = ["a", "b"], "3" = ["b"] }
zipmap(["a", "b"], [1, 2]) => { a = 1, b = 2 }
zipmap(["a"], []) !! `zipmap`: 1 keys cannot go with 0 values
"#,
    );
}

#[test]
fn set_functions() {
    holds(
        r#"
setintersection(["a", "b"], ["b", "c"], ["b", "d"]) => ["b"]
setproduct(["development", "staging"], ["app1", "app2"]) => [["development", "app1"], ["development", "app2"], ["staging", "app1"], ["staging", "app2"]]
setproduct(["a"], []) => []
setproduct(range(1000), range(1000)) !! `setproduct`: 1000000 combinations are too many, at most 100000
setsubtract(["a", "b", "c"], ["a", "c"]) => ["b"]
setunion(["a", "b"], ["b", "c"], ["d"]) => ["a", "b", "c", "d"]
setunion(["a"], [1]) => ["1", "a"]
setunion(["b", "b", "a"]) => ["a", "b"]
"#,
    );
}

#[test]
fn conversions() {
    holds(
        r#"
tobool(true) => true
tobool("true") => true
tobool(null) => null
tobool("no") !! `tobool`: `no` is not a bool
tobool(1) !! argument 1 of `tobool` must be a bool, not a number
tolist(["a", "b", 3]) => ["a", "b", "3"]
tolist([1, null]) => [1, null]
tolist([1, true]) !! `tolist`: the elements must all have one type
tomap({ a = "foo", b = true }) => { a = "foo", b = "true" }
tonumber("1") => 1
tonumber("1.50") => 1.5
tonumber("9223372036854775807") => 9223372036854775807
tonumber(null) => null
tonumber("no") !! `tonumber`: `no` is not a number
tonumber("") !! `tonumber`: `` is not a number
toset(["a", "b", 3, "b"]) => ["3", "a", "b"]
toset([3, 1, 2, 1]) => [1, 2, 3]
tostring("hello") => "hello"
tostring(1) => "1"
tostring(0.5) => "0.5"
tostring(null) => null
tostring([]) !! argument 1 of `tostring` must be a string, not a list
type("a") => "string"
type([1, 2]) => "list(number)"
type([1, "a"]) => "tuple([number, string])"
type({ a = [], b = true }) => "object({ a = list(any), b = bool })"
type({}) => "object({})"
type(sensitive("a")) => sensitive("string")
"#,
    );
}

#[test]
fn numeric_functions() {
    holds(
        r#"
abs(23) => 23
abs(0) => 0
abs(-12.4) => 12.4
ceil(5) => 5
ceil(5.1) => 6
ceil(-5.1) => -5
floor(4.9) => 4
floor(-4.1) => -5
log(50, 10) => 1.6989700043360185
log(16, 2) => 4
log(0, 10) !! `log`: the number and the base must be above 0, and the base not 1
max(12, 54, 3) => 54
min(12, 54, 3) => 3
max("3", 4) => 4
parseint("100", 10) => 100
parseint("FF", 16) => 255
parseint("-10", 2) => -2
parseint("1011111011101111", 2) => 48879
parseint("aA", 62) => 656
parseint("12", 2) !! `parseint`: `12` is not a whole number in base 2
parseint("1", 63) !! `parseint`: the base must be a whole number from 2 to 62
pow(3, 2) => 9
pow(4, 0) => 1
pow(2, -1) => 0.5
pow(2, 62) => 4611686018427387904
pow(-1, 0.5) !! `pow`: the result is not a finite number
signum(-13) => -1
signum(0) => 0
signum(344.5) => 1
"#,
    );
}
