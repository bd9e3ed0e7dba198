package org.nixlconform.message;

import java.util.List;

/**
 * Ends a stage before the first NIXL call, or refuses a declaration or a file. The message is the rendering of its
 * findings; a cause is attached, not repeated.
 */
public final class FindingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Finding> findings;

    /** @param findings at least one */
    public FindingException(List<Finding> findings) {
        super(rendered(findings));
        this.findings = List.copyOf(findings);
    }

    public FindingException(Finding finding) {
        this(List.of(finding));
    }

    public FindingException(Finding finding, Throwable cause) {
        super(FindingRenderer.render(finding), cause);
        this.findings = List.of(finding);
    }

    /** All findings, also those that the message only counts. */
    public List<Finding> findings() {
        return findings;
    }

    private static String rendered(List<Finding> findings) {
        if (findings.isEmpty()) {
            throw new IllegalArgumentException("a FindingException needs at least one finding");
        }
        return FindingRenderer.render(findings);
    }
}
