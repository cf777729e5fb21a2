using System.Runtime.InteropServices;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Cluster;

/// <summary>What a solve wants of a worker.</summary>
/// <param name="Worker">The worker's address: another one has none of it.</param>
/// <param name="Product">Which of the solve's products, counted from 1.</param>
/// <param name="Vectors">How many vectors the product has.</param>
/// <param name="Lanes">The lanes that the caller still lacks of this worker.</param>
/// <param name="Memory">Bytes that the worker may take for it, if it has them.</param>
[GenerateSerializer, Immutable, Alias("ntk.lane-order")]
internal sealed record LaneOrder(
    [property: Id(0)] string X, [property: Id(1)] string Digest, [property: Id(2)] string Kind, [property: Id(3)] string Network,
    [property: Id(4)] bool IsSingle, [property: Id(5)] string Build, [property: Id(6)] string Worker, [property: Id(7)] int Product,
    [property: Id(8)] int Vectors, [property: Id(9)] int[] Lanes, [property: Id(10)] long Memory)
{
    public LaneProblem Problem => new(X, Digest, Kind, Network, IsSingle);
}

[GenerateSerializer, Alias("ntk.lane-state")]
internal enum LaneState
{
    Working,

    /// <summary>The worker has no vectors of this product.</summary>
    WantsVectors,

    /// <summary>No machine will do better.</summary>
    Refused,

    /// <summary>Another worker may do better.</summary>
    Failed,
}

/// <summary>How a worker stands with a product.</summary>
/// <param name="Lanes">The lanes whose parts come with it.</param>
/// <param name="Parts">Each lane's part, vector by vector.</param>
[GenerateSerializer, Immutable, Alias("ntk.lane-answer")]
internal sealed record LaneAnswer(
    [property: Id(0)] LaneState State, [property: Id(1)] int[] Lanes, [property: Id(2)] byte[][] Parts, [property: Id(3)] string? Sentence)
{
    public static LaneAnswer Of(LaneState state, string? sentence = null) => new(state, [], [], sentence);
}

/// <summary>Numbers as they lie in memory, so that their bits are those that were sent.</summary>
internal static class Numbers
{
    /// <summary>Bytes that one message may carry; Orleans takes 100 MB.</summary>
    public const int Most = 80_000_000;

    public static byte[] Bytes(Matrix<double> numbers) => MemoryMarshal.AsBytes<double>(numbers.Values).ToArray();

    public static Matrix<double> Read(byte[] bytes, int rows)
    {
        var values = MemoryMarshal.Cast<byte, double>(bytes).ToArray();
        return Matrix.create(rows, values.Length / rows, values);
    }
}
