#include "cost/ledger_chain.hpp"

#include <fmt/format.h>

namespace fairlead::cost {

Result<std::string> Chain::next(std::string_view before, std::int64_t id, const Entry& entry) {
    text_.clear();
    add(before);
    for (const std::int64_t number : {id, entry.amount.nanos, entry.node_seconds, entry.cpu_seconds,
                                      entry.gpu_seconds, entry.revision, entry.line})
        add(fmt::format_int(number).c_str());
    for (const std::string* field :
         {&entry.cluster, &entry.run, &entry.kind, &entry.period, &entry.day, &entry.debit,
          &entry.credit, &entry.currency, &entry.job, &entry.user, &entry.partition, &entry.state,
          &entry.instance_type, &entry.purchase, &entry.wckey, &entry.qos, &entry.author,
          &entry.note})
        add(*field);
    if (!entry.region.empty()) // entries from before there was one keep their checksums
        add(entry.region);
    return sha_.of(text_);
}

void Chain::add(std::string_view field) {
    text_ += fmt::format_int(field.size()).c_str();
    text_ += ':';
    text_ += field;
}

} // namespace fairlead::cost
