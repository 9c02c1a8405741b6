#include "CBuildInfo.h"

const char *tbg_build_commit(void) { return TBG_BUILD_COMMIT; }
