from collector.kilometres import km


def test_small_distances_keep_their_digits_and_none_is_nothing() -> None:
    assert [km(d) for d in (119.2, 17.0, 9.96, 9.4, 2.0, 0.5, 0.25, 0.0)] == [
        "119 km", "17 km", "10 km", "9.4 km", "2 km", "0.5 km", "0.25 km", "0.01 km"
    ]  # fmt: skip
