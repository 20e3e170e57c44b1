"""Thinking: text, frames and evidence in; observations, sightings and tracks out. Knows neither store nor network."""
