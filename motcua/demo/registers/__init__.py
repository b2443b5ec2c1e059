"""Register simulators: each an authority of its own, with its own process, port, keys and records.

They share no code with `motcua.exchange`, as a real authority would not, and can be told to fail.
"""
