"""How is the geolocator of the configuration made? Apart from the rest: `locate` needs neither store nor client."""

import sqlite3

from collector.errors import Misconfigured
from collector.gazetteers import find
from collector.settings import Settings
from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.types import Destination


def make_locator(settings: Settings, destinations: tuple[Destination, ...], *, online: bool = False) -> Locator:
    """The geolocator that the configuration describes; `online` adds its geocoder, if one is named."""
    files = [find(settings.data, name) for name in settings.locate.gazetteers]
    try:
        gazetteer = Gazetteer.open(files)
    except sqlite3.DatabaseError as wrong:
        raise Misconfigured(f"a gazetteer of {', '.join(map(str, files))} cannot be read ({wrong})") from wrong
    provider = None
    if online:
        from collector.geocode import make_provider

        provider = make_provider(settings)
        if provider is None:
            raise Misconfigured('--online: no geocoder is set; write [geocoder] provider = "nominatim" or "photon"')
    return Locator(gazetteer, destinations, settings.locate.region, provider)
