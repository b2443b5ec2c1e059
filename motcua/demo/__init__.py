"""The demo's outside world: sample people, their e-ID, registers and a bank. Entrances start it."""
