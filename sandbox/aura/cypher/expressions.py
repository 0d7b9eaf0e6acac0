"""Reads expressions, by falling from the loosest operator to the tightest."""

from sandbox.aura.cypher.syntax import (
    BeyondError,
    Binary,
    Call,
    Counted,
    Expression,
    HasLabels,
    ListOf,
    Literal,
    MapOf,
    Parameter,
    Property,
    Unary,
    Variable,
)
from sandbox.aura.cypher.tokens import Token, tokens

FUNCTIONS = {
    # name: how many arguments
    "labels": 1,
    "type": 1,
    "id": 1,
    "elementid": 1,
    "properties": 1,
    "keys": 1,
    "size": 1,
    "tolower": 1,
    "toupper": 1,
    "tostring": 1,
    "range": 2,
}
AGGREGATES = frozenset({"count", "sum", "min", "max", "avg", "collect"})
_CONSTANTS = {"TRUE": True, "FALSE": False, "NULL": None}
_COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})


class Reader:
    """A place in the tokens of a statement, and how to go on from there."""

    def __init__(self, statement: str) -> None:
        self.statement = statement
        self._tokens = tokens(statement)
        self._at = 0

    @property
    def next(self) -> Token:
        """The token that is not read yet."""
        return self._tokens[self._at]

    def ahead(self, *texts: str) -> bool:
        """True when these words (in any case) or signs come next."""
        coming = self._tokens[self._at : self._at + len(texts)]
        return len(coming) == len(texts) and all(
            token.kind in {"word", "sign"} and token.text.upper() == text
            for token, text in zip(coming, texts, strict=True)
        )

    def take(self, *texts: str) -> bool:
        """Read these words or signs if they come next."""
        if self.ahead(*texts):
            self._at += len(texts)
            return True
        return False

    def expect(self, text: str) -> None:
        """Read this word or sign; BeyondError if something else comes."""
        if not self.take(text):
            raise self.stuck()

    def name(self) -> str:
        """Read a name; BeyondError if none comes."""
        if self.next.kind not in {"word", "name"}:
            raise self.stuck()
        self._at += 1
        return self._tokens[self._at - 1].text

    def stuck(self) -> BeyondError:
        """Say where reading stopped."""
        token = self.next
        if token.kind == "end":
            return BeyondError("it expected more at the end of the statement")
        return BeyondError(f"it stopped at {token.text!r} (character {token.at + 1})")

    def expression(self) -> Expression:
        """Read an expression."""
        left = self._conjunction()
        while self.take("OR"):
            left = Binary("OR", left, self._conjunction())
        return left

    def _conjunction(self) -> Expression:
        left = self._negation()
        while self.take("AND"):
            left = Binary("AND", left, self._negation())
        return left

    def _negation(self) -> Expression:
        return Unary("NOT", self._negation()) if self.take("NOT") else self._comparison()

    def _comparison(self) -> Expression:
        left = self._sum()
        if self.next.kind == "sign" and self.next.text in _COMPARISONS:
            operator = self.next.text
            self._at += 1
            left = Binary(operator, left, self._sum())
            if self.next.kind == "sign" and self.next.text in _COMPARISONS:
                raise self.stuck()  # a chain such as 1 < x < 3
            return left
        for infix in ("STARTS WITH", "ENDS WITH", "CONTAINS", "IN"):
            if self.take(*infix.split()):
                return Binary(infix, left, self._sum())
        for postfix in ("IS NULL", "IS NOT NULL"):
            if self.take(*postfix.split()):
                return Unary(postfix, left)
        return left

    def _sum(self) -> Expression:
        left = self._product()
        while self.ahead("+") or self.ahead("-"):
            operator = self.next.text
            self._at += 1
            left = Binary(operator, left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._sign()
        while self.ahead("*") or self.ahead("/") or self.ahead("%"):
            operator = self.next.text
            self._at += 1
            left = Binary(operator, left, self._sign())
        return left

    def _sign(self) -> Expression:
        return Unary("-", self._sign()) if self.take("-") else self._postfix()

    def _postfix(self) -> Expression:
        value = self._atom()
        while True:
            if self.take("."):
                value = Property(value, self.name())
            elif self.ahead(":"):
                value = HasLabels(value, self.labels())
            else:
                return value

    def labels(self) -> tuple[str, ...]:
        """Read `:A:B`, or nothing."""
        found = []
        while self.take(":"):
            found.append(self.name())
        return tuple(found)

    def _atom(self) -> Expression:
        token = self.next
        if token.kind == "number":
            self._at += 1
            return Literal(float(token.text) if "." in token.text else int(token.text))
        if token.kind == "string":
            self._at += 1
            return Literal(token.text)
        if self.take("$"):
            return Parameter(self.name())
        if self.take("("):
            inner = self.expression()
            self.expect(")")
            return inner
        if self.take("["):
            return ListOf(self._listed("]"))
        if self.ahead("{"):
            return self.map()
        if token.kind == "word" and token.text.upper() in _CONSTANTS:
            self._at += 1
            return Literal(_CONSTANTS[token.text.upper()])
        return self._call_or_variable()

    def _call_or_variable(self) -> Expression:
        start = self._at
        if self.take("COUNT", "{"):
            return self._counted()
        name = self.name()
        if not self.take("("):
            return Variable(name)
        name = name.lower()
        if name == "count" and self.take("*"):
            self.expect(")")
            return Call(name, (), star=True)
        distinct = name in AGGREGATES and self.take("DISTINCT")
        arguments = self._listed(")") if name in FUNCTIONS or name in AGGREGATES else ()
        if len(arguments) != (1 if name in AGGREGATES else FUNCTIONS.get(name, -1)):
            self._at = start
            raise self.stuck()
        return Call(name, arguments, distinct=distinct)

    def _counted(self) -> Counted:
        self.expect("(")
        label = self._one_label()
        self.expect(")")
        if label is not None or not self.take("-"):
            self.expect("}")
            return Counted(False, label)
        kind = None
        if self.take("["):
            kind = self._one_label()
            self.expect("]")
        for sign in ("-", ">", "(", ")", "}"):
            self.expect(sign)
        return Counted(True, kind)

    def _one_label(self) -> str | None:
        return self.name() if self.take(":") else None

    def map(self) -> MapOf:
        """Read `{key: value, …}`."""
        self.expect("{")
        items: list[tuple[str, Expression]] = []
        while not self.take("}"):
            if items:
                self.expect(",")
            key = self.name()
            self.expect(":")
            items.append((key, self.expression()))
        return MapOf(tuple(items))

    def _listed(self, end: str) -> tuple[Expression, ...]:
        items: list[Expression] = []
        while not self.take(end):
            if items:
                self.expect(",")
            items.append(self.expression())
        return tuple(items)
