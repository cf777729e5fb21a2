using System.Text.Json;

namespace NtkPipeline.Host;

/// <summary>
/// One line that a process which makes stages for others writes: what happens, and at the end of each stage what came of it. Exactly one
/// of these is there.
/// </summary>
internal sealed record StageLine
{
    private static readonly JsonSerializerOptions _json = new()
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    public Progress? Advanced { get; init; }

    /// <summary>The body has begun.</summary>
    public bool? Started { get; init; }

    /// <summary>Who makes the stage already, and is waited for.</summary>
    public string? Waiting { get; init; }

    public string? Warning { get; init; }

    public End? Done { get; init; }

    public Refusal? Refused { get; init; }

    /// <param name="IsMade">Made here; else it was there.</param>
    /// <param name="Peak">The most bytes of memory that making it took; 0 where it was there.</param>
    /// <param name="IsPeakOfStage">Else that is the process's since its start.</param>
    public sealed record End(double Seconds, long Bytes, bool IsMade, long Peak, bool IsPeakOfStage);

    public sealed record Progress(int Finished, int All);

    /// <param name="IsFinal">No machine will do better.</param>
    public sealed record Refusal(string Sentence, int Code, bool IsFinal);

    public string Write() => JsonSerializer.Serialize(this, _json);

    /// <summary>What a line says; none where it is something else's.</summary>
    public static StageLine? Read(string line)
    {
        try
        {
            return line.StartsWith('{') ? JsonSerializer.Deserialize<StageLine>(line, _json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
