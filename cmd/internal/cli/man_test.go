package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestMan prints a page: texts stay what they are, whatever roff would make of them.
func TestMan(t *testing.T) {
	var out, errs strings.Builder
	code := Run("demo", []string{"man"}, &out, &errs, func(*App) *cobra.Command {
		root := &cobra.Command{
			Use: "demo", Short: "Show what is there", Args: NoArgs(""), RunE: func(*cobra.Command, []string) error { return nil },
			Long:    "Shows\n.what is there.\n\nOne of\n  a   first\n  b\\n second",
			Example: "  demo --count 2",
		}
		root.Flags().Int("count", 3, "how `MANY` there are")
		root.Flags().Bool("secret", false, "not shown")
		root.Flags().Lookup("secret").Hidden = true
		root.AddCommand(&cobra.Command{Use: "sub FILE", Short: "Do less", Args: OneArg, RunE: root.RunE})
		return root
	})
	if code != 0 || errs.Len() > 0 {
		t.Fatalf("exit %d, %s", code, &errs)
	}
	for _, want := range []string{
		".TH DEMO 1 \"\" govae \"User Commands\"\n.SH NAME\ndemo \\- Show what is there\n",
		".B demo sub FILE\n",
		".SH DESCRIPTION\nShows\n\\&.what is there.\n.PP\n.nf\nOne of\n  a   first\n  b\\en second\n.fi\n",
		".TP\n\\fB\\-\\-count\\fR \\fIMANY\\fR\nhow MANY there are (default 3)\n",
		".TP\n\\fB\\-v\\fR, \\fB\\-\\-version\\fR\n", "\\fB\\-\\-quiet\\fR\n",
		".SS demo sub FILE\nDo less.\n",
		".SH EXAMPLES\n.nf\n  demo \\-\\-count 2\n.fi\n", "130 when it was interrupted",
		".BR vae\\-train (1),\n.BR vae\\-export (1),\n.BR vae\\-infer (1)\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &out)
		}
	}
	for _, unwanted := range []string{"secret", "man(1)", "completion"} {
		if strings.Contains(out.String(), unwanted) {
			t.Errorf("%q is in\n%s", unwanted, &out)
		}
	}
}
