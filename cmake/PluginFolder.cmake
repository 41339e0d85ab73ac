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
