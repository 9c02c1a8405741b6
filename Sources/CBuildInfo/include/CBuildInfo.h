#ifndef CBUILDINFO_H
#define CBUILDINFO_H

/// The commit this was built from: 40 hexadecimal digits, or "unknown". A C target, because only here can the package manifest put a value
/// into the program without compiling everything again.
const char *tbg_build_commit(void);

#endif
