"""How is a distance told to people? To two digits, and never as nothing: "±0 km" would claim what nobody knows."""


def km(distance_km: float) -> str:
    """As "17 km", "4.5 km", "0.25 km"."""
    return f"{distance_km:.0f} km" if distance_km >= 9.95 else f"{max(distance_km, 0.01):.2g} km"
