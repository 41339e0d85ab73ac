# Libraries from the distribution, and the headers of the Slurm that the plugins are built for.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(pugixml REQUIRED)
pkg_check_modules(hwloc REQUIRED IMPORTED_TARGET hwloc>=2.7)
pkg_check_modules(numa REQUIRED IMPORTED_TARGET numa>=2.0.14)

# Of RE2 alone what a shared link takes: pkg_check_modules asks for a static one, too, and Debian 13's
# pkg-config looks through Abseil's for half a minute.
execute_process(COMMAND "${PKG_CONFIG_EXECUTABLE}" --cflags re2
    OUTPUT_VARIABLE re2_options OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${PKG_CONFIG_EXECUTABLE}" --libs re2
    OUTPUT_VARIABLE re2_libraries OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(re2_options)
separate_arguments(re2_libraries)
add_library(re2 INTERFACE)
target_compile_options(re2 INTERFACE ${re2_options})
target_link_libraries(re2 INTERFACE ${re2_libraries})

# Ubuntu 22.04's date has no description for CMake, and the others' name the same library.
find_path(DATE_INCLUDE_DIR date/tz.h REQUIRED)
find_library(DATE_TZ_LIBRARY NAMES date-tz howardhinnant-date-tz REQUIRED)
add_library(date_tz INTERFACE)
target_include_directories(date_tz SYSTEM INTERFACE "${DATE_INCLUDE_DIR}")
target_link_libraries(date_tz INTERFACE "${DATE_TZ_LIBRARY}")
target_compile_definitions(date_tz INTERFACE ONLY_C_LOCALE=1 HAS_STRING_VIEW=1 USE_OS_TZDB=1) # as it is built

# Debian's SOCI has no description for CMake.
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
find_library(SOCI_LIBRARY soci_core REQUIRED)
find_library(SOCI_SQLITE3_LIBRARY soci_sqlite3 REQUIRED)
find_library(SOCI_MYSQL_LIBRARY soci_mysql REQUIRED)
add_library(soci INTERFACE)
target_include_directories(soci SYSTEM INTERFACE "${SOCI_INCLUDE_DIR}")
target_link_libraries(soci INTERFACE "${SOCI_LIBRARY}" "${SOCI_SQLITE3_LIBRARY}" "${SOCI_MYSQL_LIBRARY}")

if(NOT TARGET yaml-cpp::yaml-cpp)
    add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()

find_path(SLURM_INCLUDE_DIR slurm/spank.h HINTS "${SLURM_PREFIX}/include" REQUIRED)
file(STRINGS "${SLURM_INCLUDE_DIR}/slurm/slurm_version.h" slurm_version_line
    REGEX "define[ \t]+SLURM_VERSION_NUMBER")
string(REGEX MATCH "0x[0-9a-fA-F]+" SLURM_VERSION_HEX "${slurm_version_line}")
add_library(slurm_headers INTERFACE)
target_include_directories(slurm_headers SYSTEM INTERFACE "${SLURM_INCLUDE_DIR}")
find_library(SLURM_LIBRARY slurm HINTS "${SLURM_PREFIX}/lib" REQUIRED)
add_library(slurm_library INTERFACE)
target_link_libraries(slurm_library INTERFACE slurm_headers "${SLURM_LIBRARY}")
message(STATUS "Slurm headers: ${SLURM_INCLUDE_DIR} (${SLURM_VERSION_HEX})")

# libfabric is of the EFA installer where that is there, else Debian's.
set(EFA_PREFIX "/opt/amazon/efa" CACHE PATH "Where the EFA installer put libfabric")
find_path(LIBFABRIC_INCLUDE_DIR rdma/fabric.h HINTS "${EFA_PREFIX}/include" REQUIRED)
find_library(LIBFABRIC_LIBRARY fabric
    HINTS "${EFA_PREFIX}/lib" "${EFA_PREFIX}/lib64" REQUIRED)
add_library(libfabric INTERFACE)
target_include_directories(libfabric SYSTEM INTERFACE "${LIBFABRIC_INCLUDE_DIR}")
target_link_libraries(libfabric INTERFACE "${LIBFABRIC_LIBRARY}")
message(STATUS "libfabric: ${LIBFABRIC_LIBRARY}")
