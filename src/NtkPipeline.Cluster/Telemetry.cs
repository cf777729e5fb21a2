using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace NtkPipeline.Cluster;

/// <summary>What a worker measures of its stages. It is sent to a collector only where `--otlp` names one.</summary>
internal static class Telemetry
{
    private const string Name = "NtkPipeline";

    private static readonly Meter _meter = new(Name);
    private static readonly ActivitySource _source = new(Name);

    private static readonly Counter<long> _stages = _meter.CreateCounter<long>("ntk.stages", "{stage}", "Stages that ended, by what came of them.");
    private static readonly Histogram<double> _seconds = _meter.CreateHistogram<double>("ntk.stage.duration", "s", "How long a stage was under way.");
    private static readonly UpDownCounter<int> _running = _meter.CreateUpDownCounter<int>("ntk.stages.running", "{stage}", "Stages under way.");

    /// <summary>Measures one stage until it is disposed of.</summary>
    public static Measure Begin(string stage, string worker) => new(stage, worker);

    /// <summary>OpenTelemetry's own environment variables hold, such as OTEL_METRIC_EXPORT_INTERVAL; a worker reads no others.</summary>
    public static void SendTo(this IHostApplicationBuilder builder, Uri collector, string worker)
    {
        builder.Configuration.AddInMemoryCollection(
            Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
                .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value))
                .Where(variable => variable.Key.StartsWith("OTEL_", StringComparison.Ordinal)));

        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("ntk-worker", serviceInstanceId: worker))
            .WithMetrics(metrics => metrics.AddMeter(Name, "Microsoft.Orleans").AddOtlpExporter(to => to.Endpoint = collector))
            .WithTracing(traces => traces.AddSource(Name).AddOtlpExporter(to => to.Endpoint = collector));
    }

    internal sealed class Measure : IDisposable
    {
        private readonly long _begun = Stopwatch.GetTimestamp();
        private readonly Activity? _activity;
        private readonly string _kind;
        private StageState _state = StageState.Cancelled;

        public Measure(string stage, string worker)
        {
            // A stage's kind, not its instance: as many series as there are kinds.
            _kind = stage.Split('/')[0];
            _activity = _source.StartActivity(_kind)?.SetTag("ntk.stage", stage).SetTag("ntk.worker", worker);
            _running.Add(1);
        }

        public void End(StageState state) => _state = state;

        public void Dispose()
        {
            var tags = new TagList { { "stage", _kind }, { "outcome", _state.ToString() } };
            _running.Add(-1);
            _stages.Add(1, tags);
            _seconds.Record(Stopwatch.GetElapsedTime(_begun).TotalSeconds, tags);
            _activity?.SetTag("ntk.outcome", _state.ToString());
            _activity?.SetStatus(_state == StageState.Done ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
            _activity?.Dispose();
        }
    }
}
