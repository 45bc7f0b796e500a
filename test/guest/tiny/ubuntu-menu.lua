-- The boot menu of an Ubuntu 16.04 server disc, as far as a boot command goes through it: Enter takes the language, F6
-- opens a list of options and the line to edit, Esc closes the list, Enter starts the installer with what the line holds.
local syslinux = require "syslinux"
local key = syslinux.KEY

local function wait_for(wanted)
  repeat until syslinux.get_key(0) == wanted
end

local function say(text)
  io.write(text)
  io.flush()
end

say("Language: English")
wait_for(key.ENTER)
say("\nInstall Ubuntu Server (F6: other options)")
wait_for(key.F6)
say("\n[ ] Expert mode (Esc: close)")
wait_for(key.ESC)

local line = "file=/cdrom/preseed/ubuntu-server.seed vga=788 initrd=/install/initrd.gz quiet --- "
say("\nBoot Options " .. line)
while true do
  local pressed = syslinux.get_key(0)
  if pressed == key.ENTER then break end
  if pressed == key.BACKSPACE and line ~= "" then
    line = line:sub(1, -2)
    say("\b \b")
  elseif pressed >= 32 and pressed < 127 then
    line = line .. string.char(pressed)
    say(string.char(pressed))
  end
end
say("\n")
syslinux.run_command("install " .. line)
