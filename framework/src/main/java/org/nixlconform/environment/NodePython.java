package org.nixlconform.environment;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.nixlconform.cluster.Command;
import org.nixlconform.cluster.CommandOutcome;
import org.nixlconform.cluster.Node;
import org.nixlconform.message.Finding;
import org.nixlconform.message.FindingException;
import org.nixlconform.message.FindingKind;

/**
 * A Python of a node, and which NIXL it has.
 *
 * @param executable absolute
 * @param folder that wheels with libraries are installed into
 * @param managed whether the operating system forbids to install into it
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record NodePython(String executable, String folder, boolean managed, List<Distribution> nixl) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final String QUESTION = """
            import json, os, sys, sysconfig
            from importlib import metadata
            seen = {}
            for each in metadata.distributions():
                name = (each.metadata['Name'] or '').lower().replace('_', '-')
                if name == 'nixl' or name.startswith('nixl-cu'):
                    seen.setdefault(name, {'name': name, 'version': each.version, 'folder': str(each.locate_file(''))})
            print(json.dumps({
                'executable': sys.executable,
                'folder': sysconfig.get_path('platlib'),
                'managed': sys.prefix == sys.base_prefix
                    and os.path.exists(os.path.join(sysconfig.get_path('stdlib'), 'EXTERNALLY-MANAGED')),
                'nixl': list(seen.values())}))
            """;

    NodePython {
        nixl = List.copyOf(nixl);
    }

    /**
     * @param name in lower case, with hyphens
     * @param folder that its files lie in
     */
    record Distribution(String name, String version, String folder) {
        /** As pip takes it. */
        String requirement() {
            return name + "==" + version;
        }
    }

    /** @throws FindingException when there is none */
    static NodePython ask(Node node, String interpreter) {
        CommandOutcome answer = node.connection().run(Command.of(interpreter, "-c", QUESTION), DEADLINE);
        try {
            if (answer.succeeded()) {
                return JSON.readValue(answer.stdout(), NodePython.class);
            }
        } catch (JsonProcessingException notOurAnswer) {
            // It is told as one that does not run.
        }
        String said = answer.stderr().lines().reduce("", (earlier, later) -> later);
        throw new FindingException(Finding.of(
                        FindingKind.PREREQUISITE,
                        "environment",
                        "Python %s does not run on node %s".formatted(interpreter, node.name()))
                .with("expected", "a Python from 3.8 on")
                .with("actual", answer.ending() + (said.isBlank() ? "" : ", " + said))
                .with("node", node.name())
                .with("remedy", "name another interpreter under install in the environment's file"));
    }

    /** As distributions are compared. */
    static String normalized(String distribution) {
        return distribution.replaceAll("[-_.]+", "-").toLowerCase(Locale.ROOT);
    }

    Path sitePackages() {
        return Path.of(folder);
    }
}
