"""Where patterns can match at all: all patterns of a set followed at once, token by token.

Most tokens of a text begin nothing, and of those that could, most go on with the wrong one: to try every pattern
there is what costs time. Here the patterns are followed together. A ``State`` knows what any of them may still
wait for; where it leads is worked out when a text first takes that step and is remembered, so that to follow a
text costs one look into a dictionary a token (a deterministic automaton, built only as far as it is used).

What must precede a place is not asked, save a break, and what must not follow is followed like what must. So a run
says which patterns *may* match, and regular expressions decide; but it holds every token that they ask about.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from threading import Lock

import numpy as np

from pipeline import syntax
from pipeline.lexicon import Lexicon, Numbers, Tokens
from pipeline.syntax import Node, Repeat

MAX_RUN = 256
"""Tokens after which a run ends, so that time grows as the text does: no match is longer."""
OPENING = 3
"""Tokens of a run that are followed for the whole text at once."""
MAX_OPENED = 3_000
"""States after which the table of first steps begins anew, to bound the memory of a long process."""
MAX_STEPS = 200_000
"""Steps that are remembered, to bound the memory of a long process."""
FIRST_CHARACTER = ord("A")
END = ""
"""Stands for the code of a token after the last one."""


class Rest:
    """What of a pattern is still to be matched: ``node``, and ``then`` another rest. With neither it is an end."""

    __slots__ = ("node", "pattern", "then")

    def __init__(self, node: Node | None, then: "Rest | None", pattern: int | None = None) -> None:
        self.node = node
        self.then = then
        self.pattern = pattern
        """The number of the pattern that ends here; None at the end of what is only looked at."""


Waits = dict[str, set[Rest]]
"""For each category that the next token may have, what is left to match after it."""


class State(dict[str, "State"]):
    """Where a run stands: for the code of the next token the next state, the dead one where no pattern goes on with it."""

    __slots__ = ("_automaton", "_signs", "_waits", "accepts")

    def __init__(self, automaton: "Automaton", waits: Waits, accepts: frozenset[int]) -> None:
        super().__init__({END: automaton.dead})  # which also makes every state but the dead one true
        self._automaton = automaton
        self._waits = waits
        self._signs: dict[str, str] = {}
        self.accepts = accepts
        """The numbers of the patterns that may have matched on the way."""

    def __missing__(self, code: str) -> "State":
        held = self._automaton.categories(code)
        rests: set[Rest] = set()
        for category in held & self._waits.keys():
            rests |= self._waits[category]
        state = self._automaton.state(rests, self.accepts) if rests else self._automaton.dead
        if self._automaton.remembers():
            self[code] = state
        return state

    def sign(self, code: str) -> str:
        """Return a character for what of a token matters here: which it has of the categories that are asked for."""
        sign = self._signs.get(code)
        if sign is None:
            automaton = self._automaton
            asked = self._waits.keys() | automaton.behind
            sign = self._signs[code] = automaton.character(automaton.categories(code) & asked)
        return sign


class _Dead(State):
    """Where no pattern goes on: the only state that is empty, and so false."""

    def __init__(self) -> None:
        dict.__init__(self)


UNKNOWN, DEAD, ROOT = -1, 0, 1
"""What a table says of a step that no text has taken yet, of one that leads nowhere, and where all runs start."""


class _Openings:
    """The first steps of runs as a table, so that all tokens of a text take them at once.

    Few runs get further, and only those have to be followed one by one.
    """

    def __init__(self, dead: State, root: State) -> None:
        self._states = [dead, root]
        """The states that stand in the table, by their numbers."""
        self._numbers = {id(dead): DEAD, id(root): ROOT}
        self._next = np.full((2, 1), UNKNOWN, dtype=np.int32)
        """For a state and the number of a code the state that the code leads to."""
        self._next[:, 0] = DEAD  # no code has the number 0: it stands behind the last token
        self._accepts = np.zeros(2, dtype=bool)
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._states)

    def runs(self, codes: Sequence[str], numbers: Numbers) -> Iterator[tuple[int, int, State]]:
        """Yield where runs begin and end after ``OPENING`` tokens at most, and the state there, in text order.

        Runs that have ended without a match are left out. ``codes`` end with ``END``, ``numbers`` with 0.
        """
        self._make_room(0, int(numbers.max()) + 1)
        first = self._next[ROOT].take(numbers)
        begins = first.nonzero()[0]
        states = self._known(first[begins], np.full(len(begins), ROOT), begins, codes, numbers)
        alive = states.nonzero()[0]
        begins, states = begins[alive], states[alive]
        ends = begins + 1
        for _ in range(OPENING - 1):
            following = self._next[states, numbers[ends]]
            following = self._known(following, states, ends, codes, numbers)
            ends += following != DEAD
            states = np.where(following, following, states)  # a run that has ended stays where it is
        kept = (following != DEAD) | self._accepts[states]
        found = map(self._states.__getitem__, states[kept].tolist())
        return zip(begins[kept].tolist(), ends[kept].tolist(), found, strict=True)

    def _known(
        self, following: Numbers, states: Numbers, places: Numbers, codes: Sequence[str], numbers: Numbers
    ) -> Numbers:
        """Return ``following``, where the tokens at ``places`` lead from ``states``, with the unknown steps learnt."""
        unknown = (following == UNKNOWN).nonzero()[0]
        if len(unknown):
            states, places = states[unknown], places[unknown]
            taken = numbers[places]
            _, distinct = np.unique(states * len(self._next[ROOT]) + taken, return_index=True)
            for at in distinct.tolist():
                self._learn(int(states[at]), int(taken[at]), codes[int(places[at])])
            following[unknown] = self._next[states, taken]
        return following

    def _learn(self, number: int, code_number: int, code: str) -> None:
        """Enter one step of a state, and where it leads to a new one that as well."""
        state = self._states[number][code]
        with self._lock:
            following = self._numbers.setdefault(id(state), len(self._states))
            if following == len(self._states):
                self._states.append(state)
        self._make_room(following + 1, 0)
        with self._lock:
            self._accepts[following] = bool(state) and bool(state.accepts)
            self._next[number, code_number] = following

    def _make_room(self, n_states: int, n_codes: int) -> None:
        """Let the table hold so many states and codes."""
        with self._lock:
            held_states, held_codes = self._next.shape
            if n_states <= held_states and n_codes <= held_codes:
                return
            n_states = held_states if n_states <= held_states else 2 * n_states
            n_codes = held_codes if n_codes <= held_codes else 2 * n_codes
            grown = np.full((n_states, n_codes), UNKNOWN, dtype=np.int32)
            grown[:, 0] = DEAD
            grown[:held_states, :held_codes] = self._next
            self._next = grown
            self._accepts = np.append(self._accepts, np.zeros(n_states - held_states, dtype=bool))


class Automaton:
    """Follows patterns through tokens."""

    def __init__(
        self, trees: Sequence[Node], categories: Callable[[str], frozenset[str]], break_code: str
    ) -> None:
        """``categories`` tells those of a token by its code; ``break_code`` is what stands between two units."""
        behind = [node for node in syntax.nodes(*trees) if isinstance(node, syntax.Look) and not node.ahead]
        self.behind = syntax.categories(*(look.item for look in behind))
        """The categories of tokens that patterns look back to."""
        self.back = max((syntax.width(look.item) or 0 for look in behind), default=0)
        """How many tokens they look back."""
        self._characters: dict[frozenset[str], str] = {}
        self._numbers = count(FIRST_CHARACTER)
        self.categories = categories
        self._break = break_code
        self._rests: dict[tuple[Node, Rest], Rest] = {}
        self._opened: dict[tuple[Rest, bool], tuple[list[tuple[str, Rest]], set[int]]] = {}
        self._fewer: dict[tuple[Node, int, int | None], Repeat] = {}
        self._seen_only = Rest(None, None)
        self._begins = {self._rest(tree, Rest(None, None, number)) for number, tree in enumerate(trees)}
        self.dead = _Dead()
        self._forget()

    def _forget(self) -> None:
        self._states: dict[tuple[frozenset[Rest], frozenset[int]], State] = {}
        self._steps = 0
        self._root = self._state(self._begins, frozenset(), after_break=False)
        self._root[self._break] = self.state(self._begins, frozenset())
        self._openings = _Openings(self.dead, self._root)

    def remembers(self) -> bool:
        """Tell whether there is room for one more step."""
        self._steps += 1
        return self._steps <= MAX_STEPS

    def runs(self, tokens: Tokens) -> Iterator[tuple[int, int, frozenset[int]]]:
        """Yield the tokens, from and to, in which patterns may match from the first one on, and the patterns' numbers.

        ``tokens`` are those of a whole text, the last of them a break. No match that begins there depends on any
        token after the run.
        """
        if self._steps > MAX_STEPS:
            self._forget()
        elif len(self._openings) > MAX_OPENED:
            self._openings = _Openings(self.dead, self._root)
        codes = [*tokens.codes, END]
        break_code, done = self._break, -1
        for start, opened, state_there in self._openings.runs(codes, np.append(tokens.code_numbers, 0)):
            after_break = codes[start] == break_code
            if start == done and not after_break:
                continue
            state, end, last = state_there, opened, start + MAX_RUN
            while following := state[codes[end]]:
                state = following
                end += 1
                if end == last:
                    break
            begin = start
            if after_break:  # the break is only looked at: what matches begins after it
                begin = done = start + 1
            if state.accepts:
                yield begin, end, state.accepts

    def seen(self, before: Sequence[str], run: Sequence[str]) -> str:
        """Return what of the codes of a run, and of those before it, patterns can tell apart."""
        state = self._root[self._break] if before and before[-1] == self._break else self._root
        signs = [self.character(self.categories(code) & self.behind) for code in before]
        signs.append(" ")
        for code in run:
            signs.append(state.sign(code))
            state = state[code]
        return "".join(signs)

    def character(self, categories: frozenset[str]) -> str:
        """Return a character that stands for a set of categories."""
        if categories not in self._characters:  # a number is given out once, whichever thread comes first
            self._characters.setdefault(categories, chr(next(self._numbers)))
        return self._characters[categories]

    def state(self, rests: Iterable[Rest], accepted: frozenset[int]) -> State:
        """Return the state that waits for any of ``rests``."""
        key = frozenset(rests), accepted
        state = self._states.get(key)
        if state is None:
            state = self._states[key] = self._state(*key, after_break=True)
        return state

    def _state(self, rests: Iterable[Rest], accepted: frozenset[int], *, after_break: bool) -> State:
        waits: Waits = {}
        accepts = set(accepted)
        for rest in rests:
            first, ends = self._open(rest, after_break)
            accepts |= ends
            for category, then in first:
                waits.setdefault(category, set()).add(then)
        return State(self, waits, frozenset(accepts))

    def _open(self, rest: Rest, after_break: bool) -> tuple[list[tuple[str, Rest]], set[int]]:
        """Return the categories of the tokens that may come next with what is left after each, and the patterns that end."""
        if (rest, after_break) in self._opened:
            return self._opened[rest, after_break]
        first: list[tuple[str, Rest]] = []
        ends: set[int] = set()
        stack, seen = [rest], {rest}
        while stack:
            one = stack.pop()
            if one.node is None or one.then is None:
                if one.pattern is not None:
                    ends.add(one.pattern)
            elif isinstance(one.node, syntax.Token):
                first.append((one.node.category, one.then))
            elif after_break or not _asks_for_break_before(one.node):
                new = [other for other in self._inside(one.node, one.then) if other not in seen]
                seen.update(new)
                stack += new
        self._opened[rest, after_break] = first, ends
        return first, ends

    def _inside(self, node: Node, then: Rest) -> Iterator[Rest]:
        """Yield the rests that one with ``node`` stands for."""
        match node:
            case syntax.Sequence():
                for item in reversed(node.items):
                    then = self._rest(item, then)
                yield then
            case syntax.Choice():
                for option in node.options:
                    yield self._rest(option, then)
            case syntax.Look():
                yield then
                if node.ahead:
                    yield self._rest(node.item, self._seen_only)
            case syntax.Repeat():
                if node.low == 0:
                    yield then
                if node.high != 0:
                    yield self._rest(node.item, self._rest(self._once_less(node), then))
            case syntax.Named() | syntax.Reported():
                yield self._rest(node.item, then)

    def _rest(self, node: Node, then: Rest) -> Rest:
        """Return the one rest of ``node`` and ``then``, so that equal rests are the same."""
        return self._rests.setdefault((node, then), Rest(node, then))

    def _once_less(self, node: Repeat) -> Repeat:
        low, high = max(node.low - 1, 0), None if node.high is None else node.high - 1
        if (low, high) == (node.low, node.high):
            return node
        return self._fewer.setdefault((node.item, low, high), Repeat(node.item, low, high))


def _asks_for_break_before(node: Node) -> bool:
    return (
        isinstance(node, syntax.Look)
        and not node.ahead
        and not node.negative
        and (isinstance(node.item, syntax.Token) and node.item.category == Lexicon.BREAK)
    )
