package dev.plumbline.importing;

import dev.plumbline.intent.firewall.MalformedException;
import dev.plumbline.intent.firewall.RuleLine;

/** Reads a file of VNS3's rules: one a line, with comments and blank lines between them. */
final class Vns3Rules {

    private final FirewallConversion conversion;

    Vns3Rules(FirewallConversion conversion) {
        this.conversion = conversion;
    }

    void read(String content) {
        int number = 0;
        for (var line : content.split("\r?\n", -1)) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            if (RuleLine.isComment(line)) {
                conversion.comment(line.strip().replaceFirst("^#+ ?", ""));
                continue;
            }
            try {
                conversion.rule(RuleLine.parse(line, conversion.at(number, 1)));
            } catch (MalformedException e) {
                conversion.leaveOut(number, line.codePointCount(0, e.offset()) + 1, line, e.getMessage());
            }
        }
    }
}
