"""Functions that answer yes or no."""

from functools import partial
from itertools import pairwise
from typing import Any

from experiments.starter.function_task import Task, task

TASKS: list[Task] = []
add = partial(task, TASKS)


@add(7, 8, 0, -3, 10)
def is_odd(n: int) -> bool:
    """Return True if the number is odd, else False."""
    return n % 2 == 1


@add(7, 8, 1, 2, 91)
def is_prime(n: int) -> bool:
    """Return True if n is a prime number, else False."""
    return n > 1 and all(n % d for d in range(2, n))


@add(16, 8, 0, 1, 99)
def is_square(n: int) -> bool:
    """Return True if n is the square of a whole number, else False."""
    return any(i * i == n for i in range(n + 1))


@add(8, 6, 1, 0, 1024)
def is_power_of_two(n: int) -> bool:
    """Return True if n is 1, 2, 4, 8 or a higher power of two, else False."""
    return n > 0 and n & (n - 1) == 0


@add(6, 8, 28, 1, 12)
def is_perfect(n: int) -> bool:
    """Return True if n equals the sum of its divisors smaller than n, else False."""
    return n > 1 and sum(d for d in range(1, n) if n % d == 0) == n


@add(153, 10, 370, 9, 123)
def is_sum_of_own_powers(n: int) -> bool:
    """Return True if n equals the sum of its digits, each raised to the number of digits, else False."""
    return sum(int(d) ** len(str(n)) for d in str(n)) == n


@add(2024, 2023, 1900, 2000, 1996)
def is_leap_year(year: int) -> bool:
    """Return True if 4 divides the year, but not 100 unless 400 does too; else False."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@add("level", "hello", "", "abba", "ab")
def is_palindrome(text: str) -> bool:
    """Return True if the text reads the same backwards, else False."""
    return text == text[::-1]


@add("A man a plan", "Never odd or even", "No lemon, no melon", "abc", "Ab, ba!")
def is_palindrome_of_letters(text: str) -> bool:
    """Return True if the letters alone, ignoring case, read the same backwards, else False."""
    letters = [c.lower() for c in text if c.isalpha()]
    return letters == letters[::-1]


@add(("listen", "silent"), ("abc", "abd"), ("", ""), ("aab", "abb"), ("night", "thing"))
def is_anagram(first: str, second: str) -> bool:
    """Return True if both texts have the same letters equally often, else False."""
    return sorted(first) == sorted(second)


@add("abcdefghijklmnopqrstuvwxyz", "abc", "the quick brown fox jumps over the lazy dog", "", "zyx")
def has_every_letter(text: str) -> bool:
    """Return True if every letter from a to z occurs in the text, else False."""
    return set("abcdefghijklmnopqrstuvwxyz") <= set(text)


@add("abc", "aba", "", "hello", "world")
def all_letters_different(text: str) -> bool:
    """Return True if no letter occurs twice, else False."""
    return len(set(text)) == len(text)


@add("(())", "(()", "", ")(", "()()")
def is_balanced(text: str) -> bool:
    """Return True if every opening parenthesis is closed later and none is closed before it opens, else False."""
    depths = [text[:i].count("(") - text[:i].count(")") for i in range(len(text) + 1)]
    return min(depths) == 0 == depths[-1]


@add("([]{})", "([)]", "", "{[}", "[[]]()")
def brackets_match(text: str) -> bool:
    """Return True if the brackets (), [] and {} are properly nested, else False."""
    opened: list[str] = []
    for c in text:
        if c in "([{":
            opened.append(c)
        elif not opened or opened.pop() + c not in ("()", "[]", "{}"):
            return False
    return not opened


@add("12345", "12a", "", "007", "-5")
def is_all_digits(text: str) -> bool:
    """Return True if the text is not empty and has digits only, else False."""
    return text.isdigit()


@add("Hello", "hello", "", "HELLO", "H")
def is_capitalised(text: str) -> bool:
    """Return True if the first letter is a capital and no other is, else False."""
    return text[:1].isupper() and not any(c.isupper() for c in text[1:])


@add("a1b2c3d4", "password", "Password1", "Abc1", "ABCDEFG1h")
def is_strong_password(text: str) -> bool:
    """Return True if the text has at least 8 letters, among them a capital, a small one and a digit, else False."""
    return len(text) >= 8 and all(any(map(kind, text)) for kind in (str.isupper, str.islower, str.isdigit))


@add("me@example.org", "me.example.org", "@x.y", "a@b", "a@b.c")
def looks_like_mail(text: str) -> bool:
    """Return True if something stands before a single @ and what follows it has a dot, else False."""
    return text.count("@") == 1 and text[0] != "@" and "." in text.partition("@")[2]


@add("192.168.0.1", "256.1.1.1", "1.2.3", "10.0.0.255", "a.b.c.d")
def is_ip_address(text: str) -> bool:
    """Return True if the text is four numbers from 0 to 255, separated by dots, else False."""
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) <= 255 for part in parts)


@add("#ffcc00", "ffcc00", "#ffcc0", "#GG0000", "#A1B2C3")
def is_hex_colour(text: str) -> bool:
    """Return True for a # followed by exactly six digits from 0 to 9 or letters from a to f, in either case."""
    return len(text) == 7 and text[0] == "#" and all(c in "0123456789abcdef" for c in text[1:].lower())


@add("12:30", "24:00", "7:05", "23:59", "10:61")
def is_clock_time(text: str) -> bool:
    """Return True if the text is two digits of hours up to 23, a colon and two digits of minutes up to 59."""
    hours, _, minutes = text.partition(":")
    if not (len(hours) == len(minutes) == 2 and hours.isdigit() and minutes.isdigit()):
        return False
    return int(hours) < 24 and int(minutes) < 60


@add([1, 2, 2], [3, 1], [], [5], [1, 2, 1])
def is_sorted(numbers: list[int]) -> bool:
    """Return True if no number is smaller than the one before it, else False."""
    return all(a <= b for a, b in pairwise(numbers))


@add([1, 2, 3], [1, 1], [], [4], ["a", "b", "a"])
def has_doubles(items: list[Any]) -> bool:
    """Return True if some item stands in the list more than once, else False."""
    return len(set(items)) < len(items)


@add([2, 2, 2], [1, 2], [], [7], ["a", "a"])
def all_equal(items: list[Any]) -> bool:
    """Return True if all items are the same or there are none, else False."""
    return len(set(items)) <= 1


@add([1, 2, 3], [0, 1], [], [-1], [5, 10])
def all_positive(numbers: list[int]) -> bool:
    """Return True if every number is greater than 0; True for an empty list."""
    return all(n > 0 for n in numbers)


@add([1, -2], [3], [], [-1, -5], [0])
def any_negative(numbers: list[int]) -> bool:
    """Return True if some number is smaller than 0, else False."""
    return any(n < 0 for n in numbers)


@add(([1, 2], [1, 2, 3]), ([4], [1]), ([], []), ([2, 2], [2]), (["a"], ["b", "a"]))
def is_subset(first: list[Any], second: list[Any]) -> bool:
    """Return True if every item of the first list stands in the second too, else False."""
    return all(item in second for item in first)


@add(([2, 3], [1, 2, 3]), ([1, 3], [1, 2, 3]), ([], [1]), ([1], []), ([1, 2], [0, 1, 1, 2]))
def is_part_of(part: list[int], whole: list[int]) -> bool:
    """Return True if the first list stands in the second as neighbours in the same order, else False."""
    return any(whole[i : i + len(part)] == part for i in range(len(whole) + 1))


@add(("ace", "abcde"), ("aec", "abcde"), ("", "abc"), ("abc", ""), ("hlo", "hello"))
def is_subsequence(part: str, whole: str) -> bool:
    """Return True if the letters of the first text occur in the second in the same order, with gaps allowed."""
    rest = iter(whole)
    return all(c in rest for c in part)


@add((3, 4, 5), (1, 2, 3), (5, 5, 5), (1, 1, 10), (6, 8, 10))
def is_triangle(a: int, b: int, c: int) -> bool:
    """Return True if there is a triangle with these sides: each two together are longer than the third."""
    return a + b > c and a + c > b and b + c > a


@add((3, 4, 5), (1, 2, 3), (13, 5, 12), (5, 5, 5), (8, 17, 15))
def is_right_triangle(a: int, b: int, c: int) -> bool:
    """Return True if the square of the longest side equals the sum of the squares of the other two."""
    x, y, z = sorted((a, b, c))
    return x * x + y * y == z * z


@add((10, 5), (7, 2), (0, 3), (9, 9), (4, 8))
def is_multiple_of(n: int, of: int) -> bool:
    """Return True if the second number divides the first, else False."""
    return n % of == 0


@add((5, 1, 10), (0, 1, 10), (10, 1, 10), (1, 1, 1), (-1, -5, -2))
def lies_between(x: int, low: int, high: int) -> bool:
    """Return True if x is at least low and at most high, else False."""
    return low <= x <= high


@add((1, 4, 3, 6), (1, 2, 3, 4), (0, 5, 5, 9), (7, 8, 1, 2), (1, 10, 2, 3))
def ranges_overlap(a: int, b: int, c: int, d: int) -> bool:
    """Return True if the ranges from a to b and from c to d, ends included, share a number, else False."""
    return a <= d and c <= b


@add([1, 2, 3, 2], [1, 2, 3], [5], [3, 1, 3], [2, 9, 4, 1])
def rises_then_falls(numbers: list[int]) -> bool:
    """Return True if the numbers first rise strictly and then fall strictly, with at least one step of each."""
    rises = [a < b for a, b in pairwise(numbers)]
    level = any(a == b for a, b in pairwise(numbers))
    return not level and len(set(rises)) == 2 and rises == sorted(rises, reverse=True)


@add([1, 3, 5], [1, 2, 4], [7], [10, 7, 4], [2, 2, 3])
def has_even_steps(numbers: list[int]) -> bool:
    """Return True if each number differs from the one before it by the same amount, else False."""
    return len({b - a for a, b in pairwise(numbers)}) <= 1


@add([[1, 2], [2, 1]], [[1, 2], [3, 1]], [[5]], [[0, 7, 8], [7, 0, 9], [8, 9, 0]], [[1, 0], [1, 1]])
def is_symmetric(rows: list[list[int]]) -> bool:
    """Return True if the square table stays the same when rows and columns are exchanged, else False."""
    return rows == [list(column) for column in zip(*rows, strict=True)]


@add("racecar", "aabb", "abc", "", "carrace")
def can_be_palindrome(text: str) -> bool:
    """Return True if the letters can be put into an order that reads the same backwards, else False."""
    return sum(text.count(c) % 2 for c in set(text)) <= 1


@add(("abcde", "cdeab"), ("abc", "acb"), ("", ""), ("aa", "a"), ("hello", "lohel"))
def is_rotation(first: str, second: str) -> bool:
    """Return True if the second text is the first with some letters moved from its front to its end, else False."""
    return len(first) == len(second) and second in first + first


@add(("hello", "ll"), ("abc", "d"), ("", ""), ("Hello", "h"), ("banana", "nan"))
def contains_text(text: str, part: str) -> bool:
    """Return True if the part stands in the text, capital and small letters counting as different."""
    return part in text


@add(("unhappy", "un"), ("happy", "un"), ("", "a"), ("abc", ""), ("re-do", "re"))
def begins_with(text: str, beginning: str) -> bool:
    """Return True if the text begins like that, else False."""
    return text.startswith(beginning)


@add({"a": 1, "b": 2}, {"a": 1, "b": 1}, {}, {"x": 0}, {"p": 3, "q": 4, "r": 3})
def values_are_different(table: dict[str, int]) -> bool:
    """Return True if no two keys of the dictionary have the same value, else False."""
    return len(set(table.values())) == len(table)


@add(
    ({"name": "x", "age": 1}, ["name"]),
    ({}, ["name"]),
    ({"a": 1}, []),
    ({"a": 1}, ["a", "b"]),
    ({"k": 0}, ["k"]),
)
def has_all_keys(table: dict[str, Any], keys: list[str]) -> bool:
    """Return True if the dictionary has every one of the keys, else False."""
    return all(key in table for key in keys)


@add("79927398713", "79927398710", "0", "18", "59")
def passes_luhn(digits: str) -> bool:
    """Return True if 10 divides the sum of the digits, where from the right every second one is doubled, less 9 if
    that gives more than 9.
    """
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(n - 9 * (n > 9) for n in doubled) % 10 == 0
