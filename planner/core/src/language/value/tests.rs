use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{ArithmeticError, Number, Value};

#[test]
fn whole_numbers_stay_exact_until_they_overflow() {
    let max = Number::Int(i64::MAX);
    assert_eq!(max.minus(Number::Int(1)), Ok(Number::Int(i64::MAX - 1)));
    assert_eq!(
        max.plus(Number::Int(1)).map(|n| n.to_string()),
        Ok("9223372036854776000".to_owned())
    );
    assert_eq!(
        Number::Int(7).divided_by(Number::Int(2)),
        Ok(Number::Float(3.5))
    );
    assert_eq!(
        Number::Int(8).divided_by(Number::Int(2)),
        Ok(Number::Int(4))
    );
    assert_eq!(
        Number::Int(-7).remainder(Number::Int(3)),
        Ok(Number::Int(-1))
    );
    assert_eq!(
        Number::Int(i64::MIN).negated().to_string(),
        "9223372036854776000"
    );
}

#[test]
fn a_calculation_without_a_finite_result_is_an_error() {
    let huge = Number::Float(1e308);
    assert_eq!(huge.times(huge), Err(ArithmeticError::TooLarge));
    assert_eq!(
        huge.divided_by(Number::Int(0)),
        Err(ArithmeticError::DivisionByZero)
    );
    assert_eq!(
        huge.remainder(Number::Int(0)),
        Err(ArithmeticError::DivisionByZero)
    );
    assert!("1e999".parse::<Number>().is_err());
    assert!("inf".parse::<Number>().is_err());
    assert!("NaN".parse::<Number>().is_err());
    assert!("0x10".parse::<Number>().is_err());
    assert!("+1".parse::<Number>().is_err());
}

#[test]
fn a_value_shows_as_the_expression_that_makes_it() {
    let value = Value::Object(BTreeMap::from([
        ("a key".to_owned(), Value::from("say \"${x}\"\n")),
        (
            "list".to_owned(),
            Value::List(vec![Value::Null, 1_i64.into(), true.into()]),
        ),
        ("secret".to_owned(), Value::from("hunter2").into_sensitive()),
    ]));
    insta::assert_snapshot!(value, @r#"{ "a key" = "say \"$${x}\"\n", list = [null, 1, true], secret = (sensitive value) }"#);
    assert!(!format!("{value:?}").contains("hunter2"));
    assert!(value.is_sensitive());
    assert!(value.to_json().is_err());
    assert!(!value.reveal().is_sensitive());
}

proptest! {
    #[test]
    fn a_number_reads_back_from_its_text(float in proptest::num::f64::NORMAL) {
        let number = Number::from_f64(float).unwrap();
        prop_assert_eq!(number.to_string().parse::<Number>().unwrap(), number);
    }

    #[test]
    fn arithmetic_never_leaves_the_finite_numbers(
        a in proptest::num::f64::NORMAL,
        b in proptest::num::f64::NORMAL,
    ) {
        let (a, b) = (Number::from_f64(a).unwrap(), Number::from_f64(b).unwrap());
        for result in [
            a.plus(b),
            a.minus(b),
            a.times(b),
            a.divided_by(b),
            a.remainder(b),
        ] {
            prop_assert!(result.is_ok_and(|number| number.as_f64().is_finite()) || result.is_err());
        }
    }
}
