"""The bridge between rooms and the media server: two seats in a room, one session in Janus."""
