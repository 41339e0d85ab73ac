#include "pin/gpus.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>
#include <optional>

namespace fairlead::pin {
namespace {

using topology::Device;
using topology::Machine;
using Words = std::vector<std::string_view>;

constexpr std::string_view no_gpu = "NoDevFiles"; // Slurm's word for none

Words words_of(std::string_view list) {
    if (trimmed(list).empty() || trimmed(list) == no_gpu)
        return {};
    Words words = split(list, ',');
    for (std::string_view& word : words)
        word = trimmed(word);
    return words;
}

std::optional<int> number_in(std::string_view word) {
    int value = -1;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || stop != word.data() + word.size() || value < 0)
        return std::nullopt;
    return value;
}

/// 0 to n-1, in any order.
bool counted_from_zero(const Words& words) {
    std::vector<int> numbers;
    for (const std::string_view word : words)
        numbers.push_back(number_in(word).value_or(-1));
    std::ranges::sort(numbers);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (numbers[i] != static_cast<int>(i))
            return false;
    return true;
}

std::optional<int> found(const std::vector<Device>& gpus, auto condition) {
    const auto gpu = std::ranges::find_if(gpus, condition);
    if (gpu == gpus.end())
        return std::nullopt;
    return static_cast<int>(gpu - gpus.begin());
}

std::optional<int> gpu_numbered(const Machine& machine, int number) {
    const bool numbered =
        std::ranges::all_of(machine.gpus, [](const Device& gpu) { return gpu.minor >= 0; });
    if (numbered)
        return found(machine.gpus, [&](const Device& gpu) { return gpu.minor == number; });
    if (number < static_cast<int>(machine.gpus.size()))
        return number;
    return std::nullopt;
}

std::optional<int> gpu_called(const Machine& machine, std::string_view word,
                              std::string_view number) {
    if (const auto value = number_in(number.empty() ? word : number))
        return gpu_numbered(machine, *value);
    if (!word.starts_with("GPU-"))
        return std::nullopt;
    const auto called = [&](const Device& gpu) { return gpu.uuid.starts_with(word); };
    if (std::ranges::count_if(machine.gpus, called) > 1)
        return std::nullopt;
    return found(machine.gpus, called);
}

} // namespace

VisibleGpus visible_gpus(const Machine& machine, std::string_view cuda, std::string_view step) {
    VisibleGpus visible{.none = trimmed(cuda) == no_gpu};
    const Words words = words_of(cuda), numbers = words_of(step);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool renumbered = number_in(words[i]) && numbers.size() == words.size();
        const auto gpu = gpu_called(machine, words[i], renumbered ? numbers[i] : "");
        if (gpu) {
            visible.gpus.push_back({std::string(words[i]), *gpu});
            continue;
        }
        ++visible.unknown;
        visible.warnings.push_back(
            fmt::format("CUDA_VISIBLE_DEVICES has '{}', which is no GPU of this node; it has {}",
                        printable(words[i]), machine.gpus.size()));
    }
    return visible;
}

std::optional<std::vector<int>> task_gpus(const VisibleGpus& step, std::string_view cuda) {
    const Words words = words_of(cuda);
    if (words.size() < step.words() && counted_from_zero(words))
        return std::nullopt;
    std::vector<int> gpus;
    for (const std::string_view word : words) {
        const auto known = std::ranges::find(step.gpus, word, &VisibleGpu::word);
        if (known == step.gpus.end())
            return std::nullopt;
        gpus.push_back(known->gpu);
    }
    return gpus;
}

std::vector<int> indices(const VisibleGpus& visible) {
    std::vector<int> gpus;
    for (const VisibleGpu& one : visible.gpus)
        gpus.push_back(one.gpu);
    return gpus;
}

} // namespace fairlead::pin
