"""Rehearsal players: bots that play the people of a drill, by the same commands people give.

habits.py     how long a unit takes over what, from a seed
answers.py    what it writes back
cast.py       who plays which seat, and which seats people have taken
scene.py      the rows of an exercise at one moment
acts.py       what units and evaluators do next, and when
directing.py  what the directing side does next
play.py       the loop that does it
report.py     what a rehearsal showed, computed from rows and journal
rehearsal.py  one scenario from start to end on the real engine
undrawn.py    settings of a rehearsal nobody can watch; because of it nothing is imported here
"""
