"""Functions over numbers."""

import math
from functools import partial

from experiments.starter.function_task import Task, task

TASKS: list[Task] = []
add = partial(task, TASKS)


@add(123, 7, 0, 9999, 50)
def digit_sum(n: int) -> int:
    """Return the sum of the digits of a whole number that is not negative."""
    return sum(int(d) for d in str(n))


@add(123, 100, 7, 999, 24)
def digit_product(n: int) -> int:
    """Return the product of the digits of a positive whole number."""
    return math.prod(int(d) for d in str(n))


@add(123, 120, 7, 1000, 9081)
def reverse_number(n: int) -> int:
    """Return the number whose digits are those of n in reverse order; zeros at the front vanish."""
    return int(str(n)[::-1])


@add(38, 9, 0, 123456, 99)
def digital_root(n: int) -> int:
    """Return what is left when the digits of n are summed again and again until one digit remains."""
    return n and 1 + (n - 1) % 9


@add(5, 0, 1, 7, 10)
def factorial(n: int) -> int:
    """Return the product of all whole numbers from 1 to n; 1 for 0."""
    return math.factorial(n)


@add(10, 1, 2, 20, 7)
def fibonacci(n: int) -> int:
    """Return the n-th Fibonacci number, where the first and the second are 1."""
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@add((12, 18), (7, 5), (10, 10), (100, 75), (1, 9))
def greatest_common_divisor(a: int, b: int) -> int:
    """Return the greatest whole number that divides both a and b."""
    while b:
        a, b = b, a % b
    return a


@add((4, 6), (3, 5), (7, 7), (10, 4), (1, 8))
def least_common_multiple(a: int, b: int) -> int:
    """Return the least positive whole number that both a and b divide."""
    return a * b // math.gcd(a, b)


@add(12, 7, 1, 28, 100)
def divisors(n: int) -> list[int]:
    """Return the list of all positive divisors of n, smallest first."""
    return [d for d in range(1, n + 1) if n % d == 0]


@add(12, 7, 1, 100, 97)
def count_divisors(n: int) -> int:
    """Return how many positive whole numbers divide n."""
    return sum(n % d == 0 for d in range(1, n + 1))


@add(12, 7, 60, 97, 8)
def prime_factors(n: int) -> list[int]:
    """Return the prime factors of n, smallest first, each as often as it divides n."""
    found, d = [], 2
    while n > 1:
        while n % d == 0:
            found.append(d)
            n //= d
        d += 1
    return found


@add(10, 2, 1, 30, 3)
def primes_up_to(n: int) -> list[int]:
    """Return the list of all prime numbers that are at most n."""
    return [p for p in range(2, n + 1) if all(p % d for d in range(2, p))]


@add(8, 13, 1, 30, 90)
def next_prime(n: int) -> int:
    """Return the smallest prime number that is greater than n."""
    p = n + 1
    while p < 2 or any(p % d == 0 for d in range(2, p)):
        p += 1
    return p


@add(5, 0, 1, 10, 100)
def sum_to(n: int) -> int:
    """Return the sum of all whole numbers from 1 to n, 0 for 0."""
    return n * (n + 1) // 2


@add(3, 0, 1, 5, 10)
def sum_of_squares_to(n: int) -> int:
    """Return the sum of the squares of all whole numbers from 1 to n."""
    return sum(i * i for i in range(n + 1))


@add(10, 3, 0, 7, 20)
def sum_of_even_to(n: int) -> int:
    """Return the sum of all even whole numbers from 0 to n, n included."""
    return sum(range(0, n + 1, 2))


@add(10, 16, 3, 100, 1)
def sum_of_threes_and_fives(n: int) -> int:
    """Return the sum of all whole numbers below n that 3 or 5 divides."""
    return sum(i for i in range(n) if i % 3 == 0 or i % 5 == 0)


@add(6, 1, 7, 27, 16)
def collatz_steps(n: int) -> int:
    """Return how many steps lead from n to 1, where an even number is halved and an odd one becomes 3n + 1."""
    steps = 0
    while n != 1:
        n, steps = (n // 2 if n % 2 == 0 else 3 * n + 1), steps + 1
    return steps


@add(5, 0, 8, 255, 1)
def to_binary(n: int) -> str:
    """Return a whole number that is not negative in binary, without a prefix."""
    return format(n, "b")


@add("101", "0", "1111", "1000", "11")
def from_binary(digits: str) -> int:
    """Return the whole number that a text of binary digits stands for."""
    return int(digits, 2)


@add(7, 0, 8, 255, 1023)
def count_ones(n: int) -> int:
    """Return how many digits 1 the binary form of n has."""
    return bin(n).count("1")


@add((5, 1, 10), (-3, 0, 4), (99, 0, 9), (1, 1, 1), (7, 2, 6))
def clamp(x: int, low: int, high: int) -> int:
    """Return x if it lies between low and high, else the nearer of these two."""
    return max(low, min(x, high))


@add((3, 4), (5, 12), (8, 15), (0, 7), (20, 21))
def hypotenuse(a: int, b: int) -> float:
    """Return the length of the longest side of a right triangle whose short sides are a and b, as a float."""
    return math.sqrt(a * a + b * b)


@add(0, 100, -40, 37, 20)
def celsius_to_fahrenheit(c: int) -> float:
    """Return a temperature in degrees Fahrenheit: c times 9, divided by 5, plus 32."""
    return c * 9 / 5 + 32


@add(3661, 59, 0, 7325, 86399)
def clock_text(seconds: int) -> str:
    """Return seconds as hours, minutes and seconds, such as '01:01:01', with two digits each."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@add("1:30", "0:05", "2:00", "10:15", "0:59")
def minutes_of_clock(text: str) -> int:
    """Return the minutes in a time written as hours, colon, minutes."""
    return 60 * int(text.split(":")[0]) + int(text.split(":")[1])


@add(67, 100, 4, 41, 99)
def make_change(cents: int) -> int:
    """Return the least number of coins that make up an amount with coins of 25, 10, 5 and 1."""
    count = 0
    for coin in (25, 10, 5, 1):
        count, cents = count + cents // coin, cents % coin
    return count


@add((100, 10, 2), (50, 0, 3), (200, 50, 1), (1000, 5, 2), (100, 100, 1))
def grow_by_percent(amount: int, percent: int, years: int) -> float:
    """Return an amount after it has grown by so many percent in each of the years, rounded to 2 places."""
    return round(amount * (1 + percent / 100) ** years, 2)


@add((80, 25), (100, 0), (50, 50), (19, 10), (200, 5))
def price_after_discount(price: int, percent: int) -> float:
    """Return the price less so many percent of it, rounded to 2 places."""
    return round(price * (100 - percent) / 100, 2)


@add((17, 5), (10, 2), (3, 7), (100, 9), (8, 8))
def quotient_and_remainder(a: int, b: int) -> tuple[int, int]:
    """Return a tuple of how often b goes into a and of what is left."""
    return a // b, a % b


@add(-5, 3, 0, -100, 42)
def sign_of(x: int) -> int:
    """Return 1 for a positive number, -1 for a negative one and 0 for 0."""
    return (x > 0) - (x < 0)


@add((2, 10), (3, 3), (5, 0), (7, 2), (10, 5))
def power(base: int, exponent: int) -> int:
    """Return the base multiplied with itself as often as the exponent says; 1 for the exponent 0."""
    return base**exponent


@add(10, 16, 1, 99, 24)
def whole_square_root(n: int) -> int:
    """Return the greatest whole number whose square is at most n."""
    return math.isqrt(n)


@add(4, 1, 7, 0, 12)
def multiplication_row(n: int) -> list[int]:
    """Return the list of n times 1, n times 2 and so on up to n times 10."""
    return [n * i for i in range(1, 11)]


@add((3, 7), (0, 0), (-2, 2), (5, 4), (10, 12))
def numbers_between(low: int, high: int) -> list[int]:
    """Return the list of all whole numbers from low to high, both included; empty if low is greater."""
    return list(range(low, high + 1))


@add(5, 0, 3, 10, 1)
def countdown(n: int) -> list[int]:
    """Return the list of whole numbers from n down to 0."""
    return list(range(n, -1, -1))


@add(15, 7, 9, 10, 30)
def fizz_buzz(n: int) -> str:
    """Return 'FizzBuzz' if 3 and 5 divide n, 'Fizz' if only 3 does, 'Buzz' if only 5 does, else n as text."""
    return ("Fizz" * (n % 3 == 0) + "Buzz" * (n % 5 == 0)) or str(n)


@add(9, 4, 1994, 40, 3)
def to_roman(n: int) -> str:
    """Return a positive whole number below 4000 in Roman numerals."""
    signs = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")]
    signs += [(40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]
    result = ""
    for value, sign in signs:
        result, n = result + sign * (n // value), n % value
    return result


@add(1, 2, 3, 11, 22)
def ordinal(n: int) -> str:
    """Return the number with its English ending: '1st', '2nd', '3rd', '4th', but '11th', '12th' and '13th'."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


@add(95, 72, 50, 80, 89)
def letter_grade(points: int) -> str:
    """Return 'A' for 90 points or more, 'B' for 80 or more, 'C' for 70 or more, else 'F'."""
    return "A" if points >= 90 else "B" if points >= 80 else "C" if points >= 70 else "F"


@add((1, 5, 3), (9, 2, 7), (4, 4, 4), (-1, 0, -5), (10, 20, 30))
def middle_of_three(a: int, b: int, c: int) -> int:
    """Return the one of three numbers that is neither the smallest nor the greatest."""
    return sorted((a, b, c))[1]


@add((1, 2, 4, 6), (0, 0, 3, 4), (5, 5, 5, 5), (-1, 0, 2, -4), (10, 1, 3, 2))
def taxi_distance(x1: int, y1: int, x2: int, y2: int) -> int:
    """Return how many steps along a square grid lie between the points (x1, y1) and (x2, y2)."""
    return abs(x1 - x2) + abs(y1 - y2)


@add((5, 2), (6, 3), (4, 0), (10, 5), (7, 7))
def choose_number(n: int, k: int) -> int:
    """Return in how many ways k things can be chosen out of n: the binomial coefficient."""
    return math.comb(n, k)


@add(1234567, 999, 0, 1000, 45000)
def with_commas(n: int) -> str:
    """Return a whole number as text with a comma between groups of three digits."""
    return f"{n:,}"
