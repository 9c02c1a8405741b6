// Two file actions of glibc that its headers show to C programs with _GNU_SOURCE only, which Swift's Glibc module does not set.
#include <spawn.h>

int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
