package io.quafka.controller.codec;

import io.quafka.controller.model.ScramName;
import io.quafka.controller.model.ScramSecret;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

/// Credentials and ACLs as bytes.
///
/// ```
/// scram name   = string user, u8 mechanism
/// scram secret = string salt, string storedKey, string serverKey, uvar iterations
/// acl          = u8 resource type, string resource name, u8 pattern type, string principal, string host,
///                u8 operation, u8 permission: numbers as in Kafka's protocol
/// acl filter   = the same, the strings nullable
/// ```
final class SecurityFields {
    private SecurityFields() {}

    static void name(BinaryWriter out, ScramName name) {
        out.string(name.user()).u8(name.mechanism());
    }

    static ScramName name(BinaryReader in) {
        String user = in.string();
        int mechanism = in.u8();
        try {
            return new ScramName(user, (byte) mechanism);
        } catch (IllegalArgumentException e) {
            throw in.bad(String.valueOf(e.getMessage()));
        }
    }

    static void secret(BinaryWriter out, ScramSecret secret) {
        out.string(secret.salt())
                .string(secret.storedKey())
                .string(secret.serverKey())
                .uvar(secret.iterations());
    }

    static ScramSecret secret(BinaryReader in) {
        return new ScramSecret(in.string(), in.string(), in.string(), in.uvarInt());
    }

    static void acl(BinaryWriter out, AclBinding acl) {
        out.u8(acl.pattern().resourceType().code())
                .string(acl.pattern().name())
                .u8(acl.pattern().patternType().code())
                .string(acl.entry().principal())
                .string(acl.entry().host())
                .u8(acl.entry().operation().code())
                .u8(acl.entry().permissionType().code());
    }

    static AclBinding acl(BinaryReader in) {
        try {
            var pattern =
                    new ResourcePattern(
                            ResourceType.fromCode((byte) in.u8()),
                            in.string(),
                            PatternType.fromCode((byte) in.u8()));
            return new AclBinding(
                    pattern,
                    new AccessControlEntry(
                            in.string(),
                            in.string(),
                            AclOperation.fromCode((byte) in.u8()),
                            AclPermissionType.fromCode((byte) in.u8())));
        } catch (IllegalArgumentException e) {
            throw in.bad(String.valueOf(e.getMessage()));
        }
    }

    static void filter(BinaryWriter out, AclBindingFilter filter) {
        out.u8(filter.patternFilter().resourceType().code())
                .nullable(filter.patternFilter().name(), BinaryWriter::string)
                .u8(filter.patternFilter().patternType().code())
                .nullable(filter.entryFilter().principal(), BinaryWriter::string)
                .nullable(filter.entryFilter().host(), BinaryWriter::string)
                .u8(filter.entryFilter().operation().code())
                .u8(filter.entryFilter().permissionType().code());
    }

    static AclBindingFilter filter(BinaryReader in) {
        var pattern =
                new ResourcePatternFilter(
                        ResourceType.fromCode((byte) in.u8()),
                        in.nullable(BinaryReader::string),
                        PatternType.fromCode((byte) in.u8()));
        return new AclBindingFilter(
                pattern,
                new AccessControlEntryFilter(
                        in.nullable(BinaryReader::string),
                        in.nullable(BinaryReader::string),
                        AclOperation.fromCode((byte) in.u8()),
                        AclPermissionType.fromCode((byte) in.u8())));
    }
}
