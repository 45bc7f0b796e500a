#!/bin/sh
# Proves that typing loses nothing: every byte typed at the keyboard is written to the serial port as it is read.
stty -F /dev/tty1 -icanon -echo -isig -ixon -icrnl min 1 time 0 2>/dev/null
stty -F /dev/ttyS0 -opost 2>/dev/null
echo "tiny: echoing keys" > /dev/ttyS0
cat < /dev/tty1 > /dev/ttyS0
