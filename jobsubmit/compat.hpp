/// slurmctld's interface, from its public header: what differs between Slurm versions stands here
/// and nowhere else.
#pragma once

#include <cstddef>
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <slurm/slurm_version.h>

// Opaque to us; slurm.h leaves it out.
struct job_record;
using job_record_t = struct job_record;

// Exported by slurmctld under these names (slurm_xlator.h maps the short ones to them); not in the
// public headers. The same in 22.05, 24.11 and 26.05.
extern "C" {
void slurm_info(const char* format, ...) __attribute__((format(printf, 1, 2)));
int slurm_error(const char* format, ...) __attribute__((format(printf, 1, 2)));
char* slurm_xstrdup(const char* text);
void* slurm_xcalloc(size_t count, size_t size, bool clear, bool try_only, const char* file,
                    int line, const char* function);
void slurm_xfree(void** item);
/// slurmctld's own configuration, in the type of the public header; weak, so that a program that
/// has none (a test) can load us.
extern __attribute__((weak)) slurm_conf_t slurm_conf;
}

/// What the plugin says it is for; given by a test that stands for another Slurm.
#ifndef FAIRLEAD_BUILT_FOR
#define FAIRLEAD_BUILT_FOR SLURM_VERSION_NUMBER
#endif

/// job_modify got a message for the user in 23.02.
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
#define FAIRLEAD_JOB_MODIFY_MESSAGE , char** message
#define FAIRLEAD_MODIFY_MESSAGE message
#else
#define FAIRLEAD_JOB_MODIFY_MESSAGE
#define FAIRLEAD_MODIFY_MESSAGE nullptr
#endif
