//! Operators and conditionals.

use std::borrow::Cow;

use hcl_edit::expr::{BinaryOp, BinaryOperator, Conditional, Expression, UnaryOp, UnaryOperator};

use super::{Lent, Scope, World, marked, marked_lent, open_lent, opened, owned};
use crate::language::failure::{Collector, Evaluation, span_of};
use crate::language::{ArithmeticError, Number, Value};

impl World<'_> {
    pub(super) fn conditional<'v>(
        &'v self,
        conditional: &'v Conditional,
        scope: Scope<'v>,
    ) -> Evaluation<Lent<'v>> {
        let (condition, sensitive) = self.truth(&conditional.cond_expr, scope, "the condition")?;
        let branch = if condition {
            &conditional.true_expr
        } else {
            &conditional.false_expr
        };
        Ok(marked_lent(self.eval(branch, scope)?, sensitive))
    }

    /// Returns whether an expression is true, and whether that is sensitive.
    pub(crate) fn truth<'v>(
        &'v self,
        expr: &'v Expression,
        scope: Scope<'v>,
        what: &str,
    ) -> Evaluation<(bool, bool)> {
        let value = self.eval(expr, scope)?;
        let (open, sensitive) = opened(&value);
        let truth = open.to_bool().ok_or_else(|| {
            scope.place(span_of(expr)).error(
                "language::operand",
                format!("{what} must be true or false"),
                format!("this is {}", open.type_name()),
            )
        })?;
        Ok((truth, sensitive))
    }

    fn operand<'v>(
        &'v self,
        expr: &'v Expression,
        scope: Scope<'v>,
        operator: &str,
    ) -> Evaluation<(Number, bool)> {
        let value = self.eval(expr, scope)?;
        let (open, sensitive) = opened(&value);
        let number = open.to_number().ok_or_else(|| {
            scope.place(span_of(expr)).error(
                "language::operand",
                format!("`{operator}` works on numbers"),
                format!("this is {}", open.type_name()),
            )
        })?;
        Ok((number, sensitive))
    }

    pub(super) fn unary<'v>(&'v self, op: &'v UnaryOp, scope: Scope<'v>) -> Evaluation<Lent<'v>> {
        match op.operator.value() {
            UnaryOperator::Not => {
                let (truth, sensitive) = self.truth(&op.expr, scope, "the operand of `!`")?;
                owned(marked(Value::Bool(!truth), sensitive))
            }
            UnaryOperator::Neg => {
                let (number, sensitive) = self.operand(&op.expr, scope, "-")?;
                owned(marked(Value::Number(number.negated()), sensitive))
            }
        }
    }

    pub(super) fn binary<'v>(&'v self, op: &'v BinaryOp, scope: Scope<'v>) -> Evaluation<Lent<'v>> {
        match op.operator.value() {
            BinaryOperator::And => self.logic(op, scope, false),
            BinaryOperator::Or => self.logic(op, scope, true),
            BinaryOperator::Eq => self.equality(op, scope, true),
            BinaryOperator::NotEq => self.equality(op, scope, false),
            operator => self.arithmetic(op, *operator, scope),
        }
    }

    /// Evaluates `&&` and `||`; the right side only if the left one is not yet the `decisive` value.
    fn logic<'v>(
        &'v self,
        op: &'v BinaryOp,
        scope: Scope<'v>,
        decisive: bool,
    ) -> Evaluation<Lent<'v>> {
        let what = format!("an operand of `{}`", op.operator.value().as_str());
        let (left, hidden) = self.truth(&op.lhs_expr, scope, &what)?;
        if left == decisive {
            return owned(marked(Value::Bool(left), hidden));
        }
        let (right, also) = self.truth(&op.rhs_expr, scope, &what)?;
        owned(marked(Value::Bool(right), hidden || also))
    }

    fn equality<'v>(
        &'v self,
        op: &'v BinaryOp,
        scope: Scope<'v>,
        wanted: bool,
    ) -> Evaluation<Lent<'v>> {
        let mut collector = Collector::default();
        let left = collector.take(self.eval(&op.lhs_expr, scope));
        let right = collector.take(self.eval(&op.rhs_expr, scope));
        let (Some(left), Some(right)) = (left, right) else {
            return collector.finish(Cow::Owned(Value::Null));
        };
        let sensitive = left.is_sensitive() || right.is_sensitive();
        let same = equal(&open_lent(left).0, &open_lent(right).0);
        owned(marked(Value::Bool(same == wanted), sensitive))
    }

    fn arithmetic<'v>(
        &'v self,
        op: &'v BinaryOp,
        operator: BinaryOperator,
        scope: Scope<'v>,
    ) -> Evaluation<Lent<'v>> {
        let sign = operator.as_str();
        let mut collector = Collector::default();
        let left = collector.take(self.operand(&op.lhs_expr, scope, sign));
        let right = collector.take(self.operand(&op.rhs_expr, scope, sign));
        let (Some((left, hidden)), Some((right, also))) = (left, right) else {
            return collector.finish(Cow::Owned(Value::Null));
        };
        let order = left.total_order(right);
        let value = match operator {
            BinaryOperator::Less => Ok(Value::Bool(order.is_lt())),
            BinaryOperator::LessEq => Ok(Value::Bool(order.is_le())),
            BinaryOperator::Greater => Ok(Value::Bool(order.is_gt())),
            BinaryOperator::GreaterEq => Ok(Value::Bool(order.is_ge())),
            BinaryOperator::Plus => left.plus(right).map(Value::Number),
            BinaryOperator::Minus => left.minus(right).map(Value::Number),
            BinaryOperator::Mul => left.times(right).map(Value::Number),
            BinaryOperator::Div => left.divided_by(right).map(Value::Number),
            _ => left.remainder(right).map(Value::Number),
        };
        let value = value.map_err(|error| {
            let text = match error {
                ArithmeticError::DivisionByZero => "this is zero",
                ArithmeticError::TooLarge => "",
            };
            scope.place(span_of(&op.rhs_expr)).error(
                "language::arithmetic",
                error.to_string(),
                text,
            )
        })?;
        owned(marked(value, hidden || also))
    }
}

/// Returns whether two values are the same; a number is never equal to text. Marks do not count.
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    match (opened(left).0, opened(right).0) {
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|((ka, a), (kb, b))| ka == kb && equal(a, b))
        }
        (a, b) => a == b,
    }
}
