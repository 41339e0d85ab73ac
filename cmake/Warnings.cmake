# Compile options of everything that is built here.
add_library(fairlead_options INTERFACE)
target_compile_options(fairlead_options INTERFACE
    -Wall -Wextra "$<$<BOOL:${FAIRLEAD_WERROR}>:-Werror>" -Wshadow -fno-plt -ffunction-sections -fdata-sections
    "$<$<COMPILE_LANGUAGE:CXX>:-Wconversion;-Wnon-virtual-dtor>")
target_link_options(fairlead_options INTERFACE
    -Wl,-z,relro -Wl,-z,now -Wl,--gc-sections -Wl,--as-needed)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang") # libstdc++ 12 itself calls what it deprecates; -Wconversion is more than g++'s
    target_compile_options(fairlead_options INTERFACE -Wno-deprecated-declarations -Wno-sign-conversion)
endif()
if(FAIRLEAD_SANITIZE STREQUAL "thread")
    target_compile_options(fairlead_options INTERFACE -fsanitize=thread)
    target_link_options(fairlead_options INTERFACE -fsanitize=thread)
elseif(FAIRLEAD_SANITIZE)
    target_compile_options(fairlead_options INTERFACE
        -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
        -D_GLIBCXX_ASSERTIONS)
    target_link_options(fairlead_options INTERFACE -fsanitize=address,undefined)
endif()
if(FAIRLEAD_FUZZ) # what runs without LLVM_PROFILE_FILE leaves no profile
    target_compile_options(fairlead_options INTERFACE
        -fsanitize=fuzzer-no-link -fprofile-instr-generate=/dev/null -fcoverage-mapping)
    target_link_options(fairlead_options INTERFACE -fprofile-instr-generate=/dev/null)
endif()

# Exports the symbols of an anonymous version script and nothing else.
function(fairlead_exports target script)
    target_link_options(${target} PRIVATE "-Wl,--version-script=${script}")
    set_target_properties(${target} PROPERTIES LINK_DEPENDS "${script}")
endfunction()
