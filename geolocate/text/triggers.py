"""Which words around a name speak for or against it being a place, and say what kind of place?"""

from geolocate.text.words import listed, words

#: a place is likely to follow, or to precede
BEFORE, AFTER = words("place.before"), words("place.after")
#: makes the name an area: ريف إدلب, Брянская область
AREA_BEFORE, AREA_AFTER = words("area.before"), words("area.after")
#: after the adjective of a part of an area: Куп'янський район, Brovary hromada; after that of what is at a place
REGION_AFTER, SITE_AFTER = words("region.after"), words("site.after")
#: makes the name an airfield: مطار حماة, Hama airbase
AIRFIELD_BEFORE, AIRFIELD_AFTER = words("airfield.before"), words("airfield.after")
#: the first word of the name of a base or port, written small: порт Тартус
SITE_BEFORE = words("site.before") | words("airfield.before")
#: the name of a settlement follows, Arabic
SETTLEMENT_BEFORE = words("settlement.before-arabic")
#: the general part of a longer name, no place by itself (Royal Street)
GENERIC = words("place.generic")
#: a person or a thing, not a place, is likely to follow
PERSON_BEFORE = words("person.before")
#: of the country, not in it: Збройні Сили України
OFFICE_BEFORE = words("office.before")
#: the name of a unit or a group stands beside these
UNIT_BEFORE, UNIT_AFTER = words("unit.before"), words("unit.after")
#: the instrumental follows: под Саракибом
UNDER = words("place.under")
#: a business stands behind these, or is made by one that hangs on the name; a street stands beside
VENUE_BEFORE, VENUE_AFTER, STREET = words("venue.before"), words("venue.after"), words("street")
#: adjectives of nations, which are names of towns too (Українськ)
NATIONS = tuple(listed("nations"))
#: after an adjective of a nation it is where something may go to
BORDER = words("border")
#: countries that reports of movements are about: preferred a little where nothing else tells
FOCUS = words("countries.focus")
#: those, and the countries beside them
NEAR_FOCUS = FOCUS | words("countries.beside")
#: where place names are written in Arabic, and so are transcribed with an article
ARAB = words("countries.arab")
#: names of places too, but nearly always something else
NEVER = words("never")
