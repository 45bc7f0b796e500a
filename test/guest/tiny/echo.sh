#!/bin/sh
# Proves that typing loses nothing: every byte typed at the keyboard is written to the serial port as it is read.
# The terminals are kept open: a console forgets its settings when the last user closes it.
exec </dev/tty1 3<>/dev/ttyS0
stty -F /dev/ttyS0 -opost
stty -icanon -echo -isig -ixon -icrnl min 1 time 0
echo "tiny: echoing keys" >&3
exec dd bs=256 >&3 2>/dev/null
