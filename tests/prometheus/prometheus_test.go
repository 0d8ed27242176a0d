// Package prometheus holds metrics and alerting rules to Prometheus itself, as `promtool check` and `promtool test` do.
package prometheus

import (
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
)

func file(t *testing.T, variable string) []byte {
	t.Helper()
	content, err := os.ReadFile(os.Getenv(variable))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// The metrics are in the file METRICS.
func TestMetrics(t *testing.T) {
	problems, err := promlint.New(strings.NewReader(string(file(t, "METRICS")))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

// The rules are in the file RULES.
func TestRules(t *testing.T) {
	_, errs := rulefmt.Parse(file(t, "RULES"), false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.Default())
	for _, err := range errs {
		t.Error(err)
	}
}

// The file SCRIPT is in the language of promqltest: what is loaded, and what expressions give.
func TestExpressions(t *testing.T) {
	promqltest.RunTest(t, string(file(t, "SCRIPT")), promqltest.NewTestEngine(t, false, 0, promqltest.DefaultMaxSamplesPerQuery))
}
