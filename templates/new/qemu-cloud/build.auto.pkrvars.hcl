# Read without being named, and ignored by git. Made for this folder; the image does not have it.
build_password = "@secret@"
