/// fmt's implementation, compiled in once: the objects inside Slurm's daemons may not link libfmt,
/// Debian has no static one, and header-only fmt costs every file three seconds. Without locales
/// (FMT_STATIC_THOUSANDS_SEPARATOR), whose machinery every srun would load and set up.

#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {

template auto dragonbox::to_decimal(float) noexcept -> dragonbox::decimal_fp<float>;
template auto dragonbox::to_decimal(double) noexcept -> dragonbox::decimal_fp<double>;
template auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl(locale_ref) -> char;
#if FMT_VERSION < 90000 // from 9 on they are inline
template int format_float(double, int, float_specs, buffer<char>&);
template int format_float(long double, int, float_specs, buffer<char>&);
template int snprintf_float(double, int, float_specs, buffer<char>&);
template int snprintf_float(long double, int, float_specs, buffer<char>&);
#endif
template void buffer<char>::append(const char*, const char*);
#if FMT_VERSION < 110000 // from 11 on it is no template
template void vformat_to<char>(buffer<char>&, string_view, basic_format_args<buffer_context<char>>,
                               locale_ref);
#endif

} // namespace detail
FMT_END_NAMESPACE
