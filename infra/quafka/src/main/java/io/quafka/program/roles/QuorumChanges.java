package io.quafka.program.roles;

import io.quafka.controller.raft.Quorum;
import io.quafka.controller.raft.RaftTls;
import io.quafka.program.config.Configuration;
import io.quafka.program.config.ControllerMember;
import java.io.IOException;
import java.util.List;

/// The controller's members, as the command line shows and changes them.
public final class QuorumChanges implements AutoCloseable {
    private final ClosingStack opened = new ClosingStack();
    private final Quorum quorum;

    /// @param configuration has the members to ask, and how long a change may take
    /// @throws IOException if it only says where to ask for them, and nobody answers there, or a
    ///   file of TLS cannot be used
    public QuorumChanges(Configuration configuration) throws IOException {
        try {
            RaftTls tls = NodeTls.open(configuration, opened).raft();
            quorum =
                    new Quorum(
                            Settings.memberSource(configuration, tls).members(),
                            Settings.commandTimeout(configuration),
                            tls);
        } catch (IOException | RuntimeException e) {
            opened.closeAfter(e);
            throw e;
        }
    }

    public List<Quorum.MemberState> members() {
        return quorum.members();
    }

    /// @throws IOException if it could not be done, in words for the user
    public void add(ControllerMember member) throws IOException {
        quorum.add(Settings.member(member));
    }

    /// @throws IOException if it could not be done, in words for the user
    public void remove(int id) throws IOException {
        quorum.remove(id);
    }

    @Override
    public void close() {
        opened.close();
    }
}
