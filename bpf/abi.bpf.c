// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Never loaded: its type information is what `npm run generate` reads. One global a type that crosses to user space. */
#include <linux/types.h>
#include <netguard/event.h>

enum ng_event_kind ng_abi_event_kind;
enum ng_lost_kind ng_abi_lost_kind;
enum ng_role ng_abi_role;
enum ng_sock_flag ng_abi_sock_flag;
enum ng_total_slot ng_abi_total_slot;
enum ng_probe_shape ng_abi_probe_shape;
enum ng_port_flag ng_abi_port_flag;
struct ng_sock_record ng_abi_sock_record;
struct ng_live_new ng_abi_live_new;
struct ng_live_record ng_abi_live_record;
struct ng_live_header ng_abi_live_header;
struct ng_listener_key ng_abi_listener_key;
struct ng_listener_value ng_abi_listener_value;
struct ng_listener_event ng_abi_listener_event;
struct ng_syn_source_event ng_abi_syn_source_event;
struct ng_total_key ng_abi_total_key;
struct ng_total_value ng_abi_total_value;
struct ng_conv_key ng_abi_conv_key;
struct ng_conv4_key ng_abi_conv4_key;
struct ng_conv_value ng_abi_conv_value;
struct ng_drop ng_abi_drop;
struct ng_drop_set ng_abi_drop_set;
struct ng_probe_key ng_abi_probe_key;
struct ng_probe4_key ng_abi_probe4_key;
struct ng_probe_value ng_abi_probe_value;
struct ng_probe_event ng_abi_probe_event;
struct ng_cgroup_event ng_abi_cgroup_event;
struct ng_payload_event ng_abi_payload_event;
struct ng_payload_config ng_abi_payload_config;
struct ng_limits ng_abi_limits;
