#include "pin/drawing.hpp"

#include "pin/colours.hpp"
#include "pin/report.hpp"
#include "pin/svg.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::pin {
namespace {

using topology::Machine;
using Kind = Box::Kind;
using Ranks = std::vector<std::size_t>; ///< indices into Plan::ranks

constexpr int page_width = 1600, best_height = 900, margin = 30;
constexpr int title_height = 96, legend_line = 26, note_line = 22;
constexpr int device_font = 12, most_nics_shown = 8;
constexpr std::size_t note_characters = 170;
constexpr std::string_view ink = "#1b2733", muted = "#55616d", idle_fill = "#dfe3e8",
                           outside_edge = "#c3c9d0", shared_edge = "#000000", gpu_fill = "#2f3a46",
                           unbound_fill = "#e8f0f8";

/// "3 ranks", "1 rank".
std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// "0-3,8".
std::string list_of(const Plan& plan, const Ranks& ranks) {
    std::string list;
    for (std::size_t i = 0; i < ranks.size();) {
        const auto number = [&](std::size_t at) { return plan.ranks[ranks[at]].rank; };
        std::size_t last = i;
        while (last + 1 < ranks.size() && number(last + 1) == number(last) + 1)
            ++last;
        list += fmt::format("{}{}", list.empty() ? "" : ",", number(i));
        if (last > i)
            list += fmt::format("-{}", number(last));
        i = last + 1;
    }
    return list;
}

/// "rank 3", "ranks 0-3,8", "no rank".
std::string ranks_in_words(const Plan& plan, const Ranks& ranks) {
    if (ranks.empty())
        return "no rank";
    return fmt::format("{} {}", ranks.size() == 1 ? "rank" : "ranks", list_of(plan, ranks));
}

std::string shortened(std::string_view text, std::size_t limit) {
    if (text.size() <= limit)
        return std::string(text);
    return std::string(text.substr(0, limit - 2)) + "..";
}

/// Who has what, looked up by number.
struct Owners {
    std::vector<Ranks> of_cpu;
    std::vector<Ranks> of_efa;
    std::vector<Ranks> of_gpu;
    std::size_t without_efa = 0;
};

Owners owners_of(const Machine& machine, const Plan& plan) {
    Owners owners{std::vector<Ranks>(static_cast<std::size_t>(machine.cpus.last()) + 1),
                  std::vector<Ranks>(machine.efas.size()), std::vector<Ranks>(machine.gpus.size())};
    for (std::size_t i = 0; i < plan.ranks.size(); ++i) {
        const RankPlan& rank = plan.ranks[i];
        owners.without_efa += rank.nics.empty();
        for (const int nic : rank.nics)
            owners.of_efa[static_cast<std::size_t>(nic)].push_back(i);
        for (const int gpu : rank.gpus)
            owners.of_gpu[static_cast<std::size_t>(gpu)].push_back(i);
        if (plan.binds())
            for (const int cpu : rank.cpus.cpus())
                owners.of_cpu[static_cast<std::size_t>(cpu)].push_back(i);
    }
    return owners;
}

/// "12", or "12+3" where three more ranks share the thread.
std::string thread_label(const Plan& plan, const Ranks& ranks) {
    if (ranks.empty())
        return "";
    const auto first = plan.ranks[ranks.front()].rank;
    return ranks.size() == 1 ? fmt::format("{}", first)
                             : fmt::format("{}+{}", first, ranks.size() - 1);
}

int longest_label(const Plan& plan, const Owners& owners) {
    std::size_t longest = plan.binds() ? 1 : 3;
    for (const Ranks& ranks : owners.of_cpu)
        longest = std::max(longest, thread_label(plan, ranks).size());
    return static_cast<int>(longest);
}

/// The picture of one plan, drawn from top to bottom.
class Picture {
  public:
    Picture(const Machine& machine, const Plan& plan)
        : machine_(machine), plan_(plan), owners_(owners_of(machine, plan)),
          colours_(palette(static_cast<int>(machine.efas.size()))), shades_(alternating()) {}

    std::string draw() {
        const auto entries = legend();
        const auto notes = notes_of_plan();
        const int columns = legend_columns(entries);
        const int below = rows(entries.size(), columns) * legend_line +
                          static_cast<int>(notes.size()) * note_line + 2 * margin;
        const FloorPlan floor = floor_plan(
            machine_,
            {margin, title_height, page_width - 2 * margin, best_height - title_height - below},
            longest_label(plan_, owners_));
        draw_title();
        for (const Box& box : floor.boxes)
            draw_box(box, floor.font);
        int y = title_height + floor.boxes.front().area.height + margin;
        y = draw_legend(entries, columns, y);
        y = draw_notes(notes, y);
        return svg_.file(page_width, y + margin / 2, title(), description());
    }

  private:
    struct Entry {
        Look look;
        std::string text;
        bool shared = false;
    };

    static int rows(std::size_t count, int columns) {
        return (static_cast<int>(count) + columns - 1) / columns;
    }

    std::string title() const {
        const std::string ranks = counted(plan_.ranks.size(), "rank");
        return machine_.name.empty() ? ranks
                                     : fmt::format("{} on {}", ranks, shortened(machine_.name, 60));
    }

    std::string description() const {
        return fmt::format("{}. {}", facts(), fmt::join(notes_of_plan(), ". "));
    }

    std::string policy() const {
        return plan_.asked == plan_.used
                   ? fmt::format("policy {}", to_string(plan_.used))
                   : fmt::format("policy {} -> {}", to_string(plan_.asked), to_string(plan_.used));
    }

    std::string facts() const {
        return fmt::format("{}, {}, {}, {}; {}", counted(machine_.cores.size(), "core"),
                           counted(machine_.numa_nodes.size(), "NUMA node"),
                           counted(machine_.efas.size(), "EFA interface"),
                           counted(machine_.gpus.size(), "GPU"), policy());
    }

    void draw_title() {
        svg_.text(margin, 48, {30, std::string(ink), "start", "bold"}, title());
        svg_.text(margin, 78, {18, std::string(muted)}, facts());
    }

    Look efa_look(std::size_t efa) const {
        return {"efa", hex(colours_[efa]), std::string(ink), 1, 4};
    }

    Colour colour_of(const RankPlan& rank) const {
        constexpr Colour no_efa{0x8f, 0xa3, 0xb8};
        return rank.nics.empty() ? no_efa : colours_[static_cast<std::size_t>(rank.nics.front())];
    }

    /// Ranks of several CPUs that follow each other on one interface differ in shade.
    Colour shade_of(std::size_t rank) const {
        const Colour colour = colour_of(plan_.ranks[rank]);
        return shades_[rank] ? lighter(colour) : colour;
    }

    /// Whether a rank is a lighter one.
    std::vector<bool> alternating() const {
        std::vector<bool> shades(plan_.ranks.size(), false);
        for (std::size_t i = 1; i < shades.size(); ++i) {
            const RankPlan &before = plan_.ranks[i - 1], &rank = plan_.ranks[i];
            shades[i] =
                rank.cpus.size() > 1 && colour_of(before) == colour_of(rank) && !shades[i - 1];
        }
        return shades;
    }

    void draw_box(const Box& box, int font) {
        const auto item = static_cast<std::size_t>(std::max(box.item, 0));
        switch (box.kind) {
        case Kind::Machine:
            return;
        case Kind::Core:
            return svg_.box(box.area, {"core", "#ffffff", "#8a95a1"});
        case Kind::Thread:
            return draw_thread(box, font);
        case Kind::Gpu:
            return draw_gpu(box.area, item);
        case Kind::Efa:
            return draw_efa(box.area, item);
        default:
            return draw_container(box, item);
        }
    }

    void draw_container(const Box& box, std::size_t item) {
        if (box.kind == Kind::Package)
            return draw_titled(box, "package", "#eef1f4", 17, fmt::format("Package {}", box.item));
        if (box.kind == Kind::Numa)
            return draw_titled(box, "numa", "#ffffff", 15,
                               fmt::format("NUMA node {}", machine_.numa_nodes[item].os_index));
        if (box.kind == Kind::Cache)
            return draw_titled(box, "cache", "#f6f7f9", 12,
                               box.item < 0 ? "no L3" : fmt::format("L3 {}", box.item));
        svg_.box(box.area, {"bridge", "#f6f7f9", "#b4bcc5"});
    }

    void draw_titled(const Box& box, std::string_view kind, std::string fill, int size,
                     std::string_view words) {
        svg_.box(box.area, {kind, std::move(fill), "#8a95a1", 1, 6});
        svg_.text(box.area.x + 2 * size / 3, box.area.y + size + size / 4,
                  {size, std::string(ink), "start", "bold"}, words);
    }

    Look thread_look(int cpu, const Ranks& ranks) const {
        if (!plan_.step_cpus.contains(cpu))
            return {"outside", "url(#outside)", "none", 1, 2};
        if (!plan_.binds())
            return {"unbound", std::string(unbound_fill), "none", 1, 2};
        if (ranks.empty())
            return {"idle", std::string(idle_fill), "none", 1, 2};
        return {"rank", hex(shade_of(ranks.front())), "none", 1, 2};
    }

    /// What a rank has, in one line.
    std::string rank_in_words(const RankPlan& rank) const {
        std::string words = fmt::format("rank {}", rank.rank);
        for (const std::string& nic : nic_names(machine_, rank))
            words += fmt::format(", {}", shortened(nic, 60));
        for (const int gpu : rank.gpus)
            words += fmt::format(", GPU {}", gpu);
        return words;
    }

    std::string thread_tip(int cpu, const Ranks& ranks) const {
        if (!plan_.step_cpus.contains(cpu))
            return fmt::format("CPU {}: not in the step", cpu);
        if (!plan_.binds())
            return fmt::format("CPU {}: any rank", cpu);
        if (ranks.size() == 1)
            return fmt::format("CPU {}: {}", cpu, rank_in_words(plan_.ranks[ranks.front()]));
        return fmt::format("CPU {}: {}", cpu, ranks_in_words(plan_, ranks));
    }

    void draw_thread(const Box& box, int font) {
        const Ranks& ranks = owners_.of_cpu[static_cast<std::size_t>(box.item)];
        svg_.box(box.area, thread_look(box.item, ranks), thread_tip(box.item, ranks));
        if (ranks.empty())
            return;
        const Colour fill = shade_of(ranks.front());
        draw_further_nics(box.area, plan_.ranks[ranks.front()]);
        if (ranks.size() > 1)
            svg_.corner(box.area, std::min(box.area.height, box.area.width) / 3, shared_edge);
        svg_.label(box.area, {font, hex(ink_on(fill))}, thread_label(plan_, ranks));
    }

    /// A strip along the lower edge for a rank's interfaces; the first has the box.
    void draw_further_nics(const Rect& area, const RankPlan& rank) {
        const int count = static_cast<int>(rank.nics.size());
        if (count > most_nics_shown)
            return;
        const int height = std::max(area.height / 7, 3);
        for (int i = 1; i < count; ++i) {
            const int left = i * area.width / count, right = (i + 1) * area.width / count;
            const auto nic = static_cast<std::size_t>(rank.nics[static_cast<std::size_t>(i)]);
            svg_.box({area.x + left, area.y + area.height - height, right - left, height},
                     {"nic", hex(colours_[nic]), "none", 1, 0});
        }
    }

    /// Name above ranks; a long list of ranks is counted.
    void draw_device(const Rect& area, const Look& look, const Type& type, std::string_view words,
                     std::string_view address, const Ranks& ranks) {
        const std::string all = ranks_in_words(plan_, ranks);
        const auto fits = static_cast<std::size_t>(std::max(area.width / 8, 4)); // characters
        svg_.box(area, look, fmt::format("{} ({}): {}", shortened(words, 60), address, all));
        const Rect upper{area.x, area.y + 2, area.width, area.height / 2};
        const Rect lower{area.x, area.y + area.height / 2 - 1, area.width, area.height / 2};
        Type bold = type;
        bold.weight = "bold";
        svg_.label(upper, bold, shortened(words, fits));
        svg_.label(lower, type, all.size() <= fits ? all : counted(ranks.size(), "rank"));
    }

    void draw_gpu(const Rect& area, std::size_t gpu) {
        draw_device(area, {"gpu", std::string(gpu_fill), std::string(ink), 1, 4},
                    {device_font, "#ffffff"}, fmt::format("GPU {}", gpu), machine_.gpus[gpu].pci,
                    owners_.of_gpu[gpu]);
    }

    void draw_efa(const Rect& area, std::size_t efa) {
        draw_device(area, efa_look(efa), {device_font, hex(ink_on(colours_[efa]))},
                    machine_.efas[efa].name, machine_.efas[efa].pci, owners_.of_efa[efa]);
    }

    std::vector<Entry> legend() const {
        std::vector<Entry> entries;
        for (std::size_t i = 0; i < machine_.efas.size(); ++i)
            entries.push_back(
                {efa_look(i), fmt::format("{}: {}", shortened(machine_.efas[i].name, 24),
                                          counted(owners_.of_efa[i].size(), "rank"))});
        if (owners_.without_efa > 0)
            entries.push_back({{"no-efa", hex(colour_of({})), std::string(ink), 1, 4},
                               fmt::format("no EFA: {}", counted(owners_.without_efa, "rank"))});
        add_marks(entries);
        return entries;
    }

    /// Only marks that are in the picture.
    void add_marks(std::vector<Entry>& entries) const {
        const std::string edge(outside_edge);
        if (!plan_.binds())
            entries.push_back({{"unbound", std::string(unbound_fill), edge}, "any rank"});
        else if (std::ranges::any_of(plan_.step_cpus.cpus(), [&](int cpu) {
                     return owners_.of_cpu[static_cast<std::size_t>(cpu)].empty();
                 }))
            entries.push_back({{"idle", std::string(idle_fill), edge}, "idle CPU"});
        if (!(plan_.step_cpus == machine_.cpus))
            entries.push_back({{"outside", "url(#outside)", edge}, "CPU not in the step"});
        if (plan_.binds() && plan_.overlaps > 0)
            entries.push_back({{"shared-mark", "#ffffff", edge}, "CPU shared by ranks", true});
    }

    static int legend_columns(const std::vector<Entry>& entries) {
        constexpr int swatch = 48, character = 9;
        int widest = 0;
        for (const Entry& entry : entries)
            widest = std::max(widest, swatch + character * static_cast<int>(entry.text.size()));
        return std::clamp((page_width - 2 * margin) / std::max(widest, 1), 1,
                          std::max(static_cast<int>(entries.size()), 1));
    }

    int draw_legend(const std::vector<Entry>& entries, int columns, int y) {
        const int width = std::min((page_width - 2 * margin) / columns, 300);
        for (int i = 0; i < static_cast<int>(entries.size()); ++i) {
            const Entry& entry = entries[static_cast<std::size_t>(i)];
            const Rect swatch{margin + i % columns * width, y + i / columns * legend_line, 26, 18};
            svg_.box(swatch, entry.look);
            if (entry.shared)
                svg_.corner(swatch, 9, shared_edge);
            svg_.text(swatch.x + 34, swatch.y + 14, {15, std::string(ink)}, entry.text);
        }
        return y + rows(entries.size(), columns) * legend_line;
    }

    std::string summary() const {
        std::string words = plan_.binds() ? "The number in a box is the rank that has the CPU"
                                          : fmt::format("Not bound to CPUs: {}",
                                                        ranks_in_words(plan_, all_ranks()));
        words +=
            fmt::format("; {} idle", counted(static_cast<std::size_t>(plan_.idle_cores), "core"));
        if (plan_.reserved_cores > 0)
            words += fmt::format(", {} reserved", plan_.reserved_cores);
        return words + fmt::format("; ranks across NUMA nodes {}; ranks sharing CPUs {}",
                                   plan_.crossings, plan_.overlaps);
    }

    Ranks all_ranks() const {
        Ranks all;
        for (std::size_t i = 0; i < plan_.ranks.size(); ++i)
            all.push_back(i);
        return all;
    }

    bool has_unknown_place() const {
        const auto unknown = [](const topology::Device& device) { return device.near.empty(); };
        return std::ranges::any_of(machine_.efas, unknown) ||
               std::ranges::any_of(machine_.gpus, unknown);
    }

    std::vector<std::string> notes_of_plan() const {
        std::vector<std::string> notes{shortened(summary(), note_characters)};
        if (has_unknown_place())
            notes.emplace_back("Below the packages: devices of which the machine does not say "
                               "where they are");
        for (const std::string& warning : plan_.warnings)
            notes.push_back("Warning: " + shortened(warning, note_characters));
        return notes;
    }

    int draw_notes(const std::vector<std::string>& notes, int y) {
        for (const std::string& note : notes) {
            svg_.text(margin, y + 16, {15, std::string(muted)}, note);
            y += note_line;
        }
        return y;
    }

    const Machine& machine_;
    const Plan& plan_;
    Owners owners_;
    std::vector<Colour> colours_; ///< of each EFA interface
    std::vector<bool> shades_;    ///< of each rank
    Svg svg_;
};

} // namespace

Result<std::string> drawing(const Machine& machine, const Plan& plan) {
    return Picture(machine, plan).draw();
}

} // namespace fairlead::pin
