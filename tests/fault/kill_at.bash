# shellcheck shell=bash
# The changes of files that kill_at counts, counted by strace.

# changes_in TRACE: how many of the calls in what strace wrote.
changes_in() { grep -cE "^([0-9]+ +)?((${change_calls//,/|})\(|open(at2?)?\(.*O_CREAT)" "$1"; }
change_calls=write,pwrite64,fsync,fdatasync,ftruncate,copy_file_range,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat
# What strace is told to trace for it.
# shellcheck disable=SC2034 # used where this is loaded
change_trace=$change_calls,open,openat,openat2
