# Where Slurm looks for plugins: below SLURM_PREFIX, in Debian's folder when installing into /usr, else
# lib/slurm below the prefix, which slurm.conf must then name in PluginDir.
set(plugin_dir "lib/slurm")
set(debian_dir "lib/${CMAKE_LIBRARY_ARCHITECTURE}/slurm-wlm")
if(SLURM_PREFIX)
    set(plugin_dir "${SLURM_PREFIX}/lib/slurm")
elseif(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND EXISTS "/usr/${debian_dir}")
    set(plugin_dir "${debian_dir}")
endif()
set(FAIRLEAD_PLUGIN_DIR "" CACHE STRING "Folder of the Slurm plugins; empty to choose")
if(NOT FAIRLEAD_PLUGIN_DIR)
    set(FAIRLEAD_PLUGIN_DIR "${plugin_dir}")
endif()

# For `fairlead enable`: where Slurm's own plugins, its configuration and its commands are.
if(SLURM_PREFIX)
    set(SLURM_PLUGIN_PATH "${SLURM_PREFIX}/lib/slurm")
    set(SLURM_CONF_PATH "${SLURM_PREFIX}/etc/slurm.conf")
    set(SLURM_PROGRAM_PATH "${SLURM_PREFIX}/bin")
else()
    set(SLURM_PLUGIN_PATH "/usr/${debian_dir}")
    set(SLURM_CONF_PATH "/etc/slurm/slurm.conf")
    set(SLURM_PROGRAM_PATH "/usr/bin")
endif()
