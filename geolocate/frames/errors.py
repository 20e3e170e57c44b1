"""What may be wrong with a media file?"""


class Undecodable(Exception):
    """No picture can be had from the file; the message says why."""
